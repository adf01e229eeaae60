import { expect, test } from 'vitest';
import { parsePriceFile } from '../../src/pricing/price-file.js';
import { createPriceTable } from '../../src/pricing/price-table.js';

const LIST = `
providers:
- provider: openai
  prefix-match: [gpt, o1]
  models:
  - name: gpt-4o
    input-estimated-cost-per-m: 2.5
    output-estimated-cost-per-m: 10
    cached-input-estimated-cost-per-m: 1.25
  - name: gpt-4o-mini
    aliases: [4o-mini]
    input-estimated-cost-per-m: 0.15
    output-estimated-cost-per-m: 0.6
  - name: thinker
    input-estimated-cost-per-m: 1
    output-estimated-cost-per-m: 4
    cache-creation-input-estimated-cost-per-m: 1.25
    reasoning-estimated-cost-per-m: 8
  - name: half-listed
    input-estimated-cost-per-m: 1
  - name: text-embedding-3-small
    input-estimated-cost-per-m: 0.02
- provider: other
  models:
  - name: gpt-4o
    input-estimated-cost-per-m: 100
    output-estimated-cost-per-m: 100
`;

function table(text = LIST) {
  const parsed = parsePriceFile(text);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return createPriceTable(parsed.prices);
}

test.each([
  ['gpt-4o', { input: 1_000_000, output: 100_000 }, 2.5, 1],
  ['gpt-4o', { input: 1_000_000, output: 0, cachedInput: 400_000 }, 1.5 + 0.5, 0],
  ['gpt-4o-2026-01-31', { input: 1_000_000, output: 0 }, 2.5, 0],
  ['gpt-4o-latest', { input: 1_000_000, output: 0 }, 2.5, 0],
  ['gpt-4o:2', { input: 1_000_000, output: 0 }, 2.5, 0],
  ['gpt-4o@eu', { input: 1_000_000, output: 0 }, 2.5, 0],
  ['gpt-4o-20260131', { input: 1_000_000, output: 0 }, 2.5, 0],
  ['4o-mini-2026-01-31', { input: 1_000_000, output: 1_000_000 }, 0.15, 0.6],
  ['gpt-4o-mini', { input: 1_000_000, output: 1_000_000 }, 0.15, 0.6],
  ['thinker', { input: 1_000_000, output: 1_000_000, cacheCreationInput: 500_000, reasoning: 250_000 }, 1.125, 5],
  // without a special price the base price counts
  ['gpt-4o-mini', { input: 1_000_000, output: 0, cachedInput: 1_000_000, cacheCreationInput: 0 }, 0.15, 0],
  // an embedding has no output
  ['text-embedding-3-small', { input: 500_000, total: 500_000 }, 0.01, 0],
  ['half-listed', { input: 1_000_000, output: 0 }, 1, 0],
  ['gpt-4o', { input: 0, output: 0 }, 0, 0],
])('%s with %o costs', (model, usage, prompt, completion) => {
  const cost = table().costOf('openai', model, usage);
  expect(cost?.prompt).toBeCloseTo(prompt, 10);
  expect(cost?.completion).toBeCloseTo(completion, 10);
  expect(cost?.total).toBeCloseTo(prompt + completion, 10);
});

test.each([
  ['not-listed', { input: 1, output: 1 }],
  ['gpt-4o-audio-preview', { input: 1, output: 1 }],
  ['gpt-4o-mini-tts', { input: 1, output: 1 }],
  ['gpt-4', { input: 1, output: 1 }],
  ['half-listed', { input: 1, output: 1 }],
  ['gpt-4o', {}],
  [undefined, { input: 1, output: 1 }],
])('%s with %o has no cost, not 0', (model, usage) => {
  expect(table().costOf('openai', model, usage)).toBeUndefined();
});

test('match: prefix takes the longest name that the model begins with', () => {
  const prefix = table(`match: prefix\n${LIST}`);
  expect(prefix.costOf('openai', 'gpt-4o-mini-tts', { input: 1_000_000, output: 0 })?.total).toBeCloseTo(0.15, 10);
  expect(prefix.costOf('openai', 'gpt-4o-audio', { input: 1_000_000, output: 0 })?.total).toBeCloseTo(2.5, 10);
  expect(prefix.costOf('openai', 'claude', { input: 1, output: 0 })).toBeUndefined();
});

test("a model that several sell costs what the call's own provider asks", () => {
  expect(table().costOf('other', 'gpt-4o', { input: 1_000_000, output: 0 })?.total).toBe(100);
  expect(table().costOf('nobody', 'gpt-4o', { input: 1_000_000, output: 0 })?.total).toBe(2.5);
});

test('a list that is not understood names each place', () => {
  const parsed = parsePriceFile(
    'providers:\n- provider: x\n  models:\n  - name: a\n    input-estimated-cost-per-m: -1\n    oops: 2\n',
  );
  expect(parsed.ok).toBe(false);
  if (!parsed.ok) {
    expect(parsed.problems.join('\n')).toMatch(/providers\.0\.models\.0/);
    expect(parsed.problems.join('\n')).toMatch(/oops/);
  }
  expect(parsePriceFile('a: [').ok).toBe(false);
  expect(parsePriceFile('').ok).toBe(false);
});
