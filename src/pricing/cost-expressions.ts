/** Integer costs that users define as CEL expressions, for Envoy's rate limits (the peer's `llmRequestCosts`). */
import { Environment } from '@marcbachmann/cel-js';
import type { CallFacts } from '../model/record.js';

const TEXTS = ['model', 'backend', 'route_name'] as const;
const COUNTS = [
  'input_tokens',
  'cached_input_tokens',
  'cache_creation_input_tokens',
  'output_tokens',
  'total_tokens',
  'reasoning_tokens',
] as const;

/** Evaluates every expression for one call. */
export interface CostExpressions {
  /** Costs by metadata key. An expression that fails, or gives no whole number from 0, leaves its key out and is told to `onError`. */
  costsOf(facts: CallFacts, onError: (key: string, reason: string) => void): ReadonlyMap<string, number>;
}

/** One expression by its metadata key. */
export interface CostExpression {
  key: string;
  expression: string;
}

type Evaluate = (context: Record<string, unknown>) => unknown;

/** Values with which every expression is tried at start: ordinary ones, so that what fails with them is a mistake. */
const TRIAL = Object.fromEntries([...TEXTS.map((name) => [name, 'trial']), ...COUNTS.map((name) => [name, 1000n])]);

/** Compiles the expressions and tries each once; throws an error that names the expression and its mistake. */
export function compileCostExpressions(expressions: readonly CostExpression[]): CostExpressions {
  const compiled = expressions.map(({ key, expression }) => ({ key, evaluate: compile(expression) }));
  for (const { evaluate } of compiled) evaluate(TRIAL);
  return {
    costsOf(facts, onError) {
      const context = contextOf(facts);
      const costs = new Map<string, number>();
      for (const { key, evaluate } of compiled) {
        try {
          costs.set(key, asCost(evaluate(context)));
        } catch (error) {
          onError(key, firstLine(error));
        }
      }
      return costs;
    },
  };
}

/** Token counts are integers; expressions written for unsigned ones (`input_tokens * 2u`), as the peer declares them, work as well. */
function compile(expression: string): Evaluate {
  const asInt = check(expression, 'int');
  if ('evaluate' in asInt) return asInt.evaluate;
  const asUint = check(expression, 'uint');
  if ('evaluate' in asUint) {
    return (context) => asUint.evaluate(withUnsigned(context));
  }
  throw new Error(asInt.mistake);
}

function check(expression: string, counts: 'int' | 'uint'): { evaluate: Evaluate } | { mistake: string } {
  const environment = new Environment();
  for (const name of TEXTS) environment.registerVariable(name, 'string');
  for (const name of COUNTS) environment.registerVariable(name, counts);
  try {
    const parsed = environment.parse(expression);
    const { valid, type, error } = parsed.check();
    if (!valid) return { mistake: error ? firstLine(error) : 'is not understood' };
    if (type !== 'int' && type !== 'uint' && type !== 'dyn') return { mistake: `gives ${type}, not an integer` };
    return { evaluate: parsed as Evaluate };
  } catch (error) {
    return { mistake: firstLine(error) };
  }
}

const toUnsigned = new Environment().registerVariable('value', 'int').parse('uint(value)') as Evaluate;

function withUnsigned(context: Record<string, unknown>): Record<string, unknown> {
  const unsigned = { ...context };
  for (const name of COUNTS) unsigned[name] = toUnsigned({ value: context[name] });
  return unsigned;
}

/** A count that is not known is 0 here: a rate limit has nothing to take then. */
function contextOf(facts: CallFacts): Record<string, unknown> {
  const { usage } = facts;
  return {
    model: facts.responseModel ?? facts.requestModel ?? '',
    backend: facts.backend ?? '',
    route_name: facts.route ?? '',
    input_tokens: BigInt(usage.input ?? 0),
    cached_input_tokens: BigInt(usage.cachedInput ?? 0),
    cache_creation_input_tokens: BigInt(usage.cacheCreationInput ?? 0),
    output_tokens: BigInt(usage.output ?? 0),
    total_tokens: BigInt(usage.total ?? 0),
    reasoning_tokens: BigInt(usage.reasoning ?? 0),
  };
}

/** The library gives integers as bigint, unsigned ones in an object of their own. */
function asCost(value: unknown): number {
  const plain = typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
  const cost = typeof plain === 'bigint' || typeof plain === 'number' ? Number(plain) : Number.NaN;
  if (!Number.isSafeInteger(cost) || cost < 0) throw new Error('the result is no whole number from 0');
  return cost;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
