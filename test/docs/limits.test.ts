import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LIMITS, renderLimits } from '../../scripts/lib/limits-page.mjs';
import { SETTINGS } from '../../src/config/table/table.js';
import { COUNTER_NAMES } from '../../src/util/counters.js';

const ROOT = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/limits.md', ROOT), 'utf8');

test('docs/limits.md has every limit and no other (npm run test:limits writes it)', () => {
  expect(page).toBe(renderLimits({ before: page }));
});

describe.each(LIMITS)('$limit', ({ setting, counter, test: file }) => {
  test('has a setting, a counter and a test that there are', () => {
    if (setting !== '-') expect([...SETTINGS.keys()]).toContain(setting);
    if (counter !== '-') expect(Object.keys(COUNTER_NAMES)).toContain(counter);
    expect(existsSync(new URL(file, ROOT))).toBe(true);
  });
});
