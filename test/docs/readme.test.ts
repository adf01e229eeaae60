import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderEndpoints, replaceBlock } from '../../scripts/lib/generated-blocks.mjs';
import { ENDPOINTS } from '../../src/endpoints/registry.js';

const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

test('README lists the endpoints that there are (npm run docs writes them)', () => {
  expect(replaceBlock(text, 'endpoints', renderEndpoints(ENDPOINTS))).toBe(text);
});

test('every relative link of the documents leads to a file', () => {
  for (const name of [
    'README.md',
    'CONTRIBUTING.md',
    'docs/architecture.md',
    'docs/errors.md',
    'docs/modes.md',
    'docs/decisions.md',
    'docs/several-processes.md',
    'examples/README.md',
  ]) {
    const document = new URL(`../../${name}`, import.meta.url);
    const links = [...readFileSync(document, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      (match) => match[1] ?? '',
    );
    for (const link of links)
      expect(() => readFileSync(new URL(link, document)), `${name} → ${link}`).not.toThrow(/ENOENT/);
  }
});

test('the page of the modes has the block that the benchmark writes', () => {
  const page = readFileSync(new URL('../../docs/modes.md', import.meta.url), 'utf8');
  expect(replaceBlock(page, 'measured', 'figures')).toContain('-->\nfigures\n<!-- /measured -->');
});
