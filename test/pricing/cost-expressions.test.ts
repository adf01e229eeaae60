import { expect, test } from 'vitest';
import type { CallFacts } from '../../src/model/record.js';
import { compileCostExpressions } from '../../src/pricing/cost-expressions.js';

function facts(changes: Partial<CallFacts> = {}): CallFacts {
  return {
    responseModel: 'gpt-4o',
    backend: 'llm',
    route: 'main',
    usage: { input: 10, output: 4, total: 14, cachedInput: 3, reasoning: 2 },
    ...changes,
  } as CallFacts;
}

function costs(expression: string, changes: Partial<CallFacts> = {}) {
  const errors: string[] = [];
  const found = compileCostExpressions([{ key: 'cost', expression }]).costsOf(facts(changes), (key, reason) => {
    errors.push(`${key}: ${reason}`);
  });
  return { cost: found.get('cost'), errors };
}

test.each([
  ['input_tokens', 10],
  ['input_tokens + output_tokens * 3', 22],
  ['total_tokens - cached_input_tokens', 11],
  ['reasoning_tokens * 2 + cache_creation_input_tokens', 4],
  ["model == 'gpt-4o' ? 100 : 1", 100],
  ["model.startsWith('gpt') && backend == 'llm' && route_name == 'main' ? 7 : 0", 7],
  // as written for unsigned integers
  ['input_tokens * 2u', 20],
  ["model == 'nope' ? 0u : input_tokens", 10],
  ['int(double(input_tokens) * 1.5)', 15],
])('%s', (expression, cost) => {
  expect(costs(expression)).toEqual({ cost, errors: [] });
});

test('what fails at run time leaves its key out and is told, the others stay', () => {
  expect(costs('input_tokens / output_tokens', { usage: { input: 1, output: 0 } })).toMatchObject({ cost: undefined });
  expect(costs('input_tokens / output_tokens', { usage: { input: 1, output: 0 } }).errors[0]).toMatch(/division/);
  expect(costs('output_tokens - input_tokens').errors[0]).toMatch(/whole number/);
  const both = compileCostExpressions([
    { key: 'bad', expression: 'input_tokens / cache_creation_input_tokens' },
    { key: 'good', expression: 'input_tokens' },
  ]);
  expect([...both.costsOf(facts(), () => undefined)]).toEqual([['good', 10]]);
});

test.each(['input_tokens +', 'nope + 1', "'text'", '1.5', 'input_tokens * 1.5', 'model'])(
  '%s stops the start',
  (expression) => {
    expect(() => compileCostExpressions([{ key: 'cost', expression }])).toThrow();
  },
);
