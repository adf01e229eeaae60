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

/** Counters as an answer or an event reports them. */
export interface ReportedUsage extends Usage {
  /**
   * Input tokens beside those that `cachedInput` and `cacheCreationInput` count, of a provider that counts the three apart: `input` is
   * their sum. Events may report them one by one, so the sum is that of what all events together have reported.
   */
  uncachedInput?: number | undefined;
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
const REPORTED = [...COUNTERS, 'uncachedInput'] as const satisfies readonly (keyof ReportedUsage)[];

/** Writes every counter that `update` knows over `usage`: the last value wins field by field, never event by event. */
export function mergeUsage(usage: ReportedUsage, update: ReportedUsage): void {
  for (const counter of REPORTED) {
    if (update[counter] !== undefined) usage[counter] = update[counter];
  }
}

/** The counters by our meaning of them: an input that was reported in pieces is their sum. */
export function settleUsage({ uncachedInput, ...usage }: ReportedUsage): Usage {
  if (uncachedInput === undefined) return usage;
  return { ...usage, input: uncachedInput + (usage.cachedInput ?? 0) + (usage.cacheCreationInput ?? 0) };
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
