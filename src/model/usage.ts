/**
 * Token counters of one call, each known or not known: an absent member is "not known" and never 0.
 * `input` includes cached and cache-creation tokens, `output` includes reasoning tokens.
 */
export interface Usage {
  input?: number | undefined;
  output?: number | undefined;
  total?: number | undefined;
  cachedInput?: number | undefined;
  cacheCreationInput?: number | undefined;
  reasoning?: number | undefined;
  /** Audio tokens within `input`, where the provider details them. */
  audioInput?: number | undefined;
  /** Audio tokens within `output`, where the provider details them. */
  audioOutput?: number | undefined;
}

const COUNTERS = [
  'input',
  'output',
  'total',
  'cachedInput',
  'cacheCreationInput',
  'reasoning',
  'audioInput',
  'audioOutput',
] as const satisfies readonly (keyof Usage)[];

/** Writes every counter that `update` knows over `usage`: the last value wins field by field, never event by event. */
export function mergeUsage(usage: Usage, update: Usage): void {
  for (const counter of COUNTERS) {
    if (update[counter] !== undefined) usage[counter] = update[counter];
  }
}

/** The total: the provider's own, else the sum of input and output when both are known. */
export function totalTokens(usage: Usage): number | undefined {
  if (usage.total !== undefined) return usage.total;
  return usage.input !== undefined && usage.output !== undefined ? usage.input + usage.output : undefined;
}

/** Whether any counter is known. */
export function hasUsage(usage: Usage): boolean {
  return COUNTERS.some((counter) => usage[counter] !== undefined);
}
