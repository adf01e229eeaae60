import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderCounters, replaceBlock } from '../../scripts/lib/generated-blocks.mjs';
import { COUNTER_NAMES } from '../../src/util/counters.js';
import { ERROR_CODES } from '../../src/util/errors.js';

const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

test('docs/errors.md explains every error code and no other', () => {
  const table = text.slice(0, text.indexOf('## Failures'));
  const explained = [...table.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1]);
  expect(explained.sort()).toEqual(Object.keys(ERROR_CODES).sort());
});

test('docs/errors.md lists the counters that there are (npm run docs writes them)', () => {
  expect(replaceBlock(text, 'counters', renderCounters(COUNTER_NAMES))).toBe(text);
});
