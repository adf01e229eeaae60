import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileCostExpressions } from '../../src/pricing/cost-expressions.js';
import { parsePriceFile } from '../../src/pricing/price-file.js';
import { createPriceTable } from '../../src/pricing/price-table.js';
import { testSettings } from '../support/sidecar.js';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the example price list is one, and prices what it lists', () => {
  const parsed = parsePriceFile(read('examples/pricing/gen-ai-config.yml'));
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  const table = createPriceTable(parsed.prices);
  const usage = { input: 1_000_000, output: 1_000_000 };
  expect(table.costOf('openai', 'gpt-4o-2024-08-06', usage)).toEqual({ prompt: 2.5, completion: 10, total: 12.5 });
  expect(table.costOf('openai', 'gpt-4o-mini', usage)?.total).toBe(0.75);
  expect(table.costOf('anthropic', 'claude-sonnet-4-20250514', usage)?.total).toBe(18);
  expect(table.costOf('ollama', 'smollm2:135m', usage)?.total).toBe(0);
  expect(table.costOf('openai', 'gpt-5', usage)).toBeUndefined();
});

test('the expressions of the document are understood as they stand there', () => {
  const [, text = ''] = /GENAI_EXTPROC_COSTS='([^']+)'/.exec(read('docs/cost.md')) ?? [];
  const { costs } = testSettings({ GENAI_EXTPROC_COSTS: text });
  expect(costs.map(({ key }) => key)).toEqual(['llm_units', 'llm_big']);
  expect(() => compileCostExpressions(costs)).not.toThrow();
});

test('the document names what there is', () => {
  const document = read('docs/cost.md');
  for (const name of ['genai_extproc.costs.failed', 'gen_ai_client_cost_USD_total', 'GENAI_EXTPROC_BODY_SESSION']) {
    expect(document).toContain(name);
  }
});
