import type { GenAiRecord } from '../../model/record.js';

/** Which calls have a log record (`GENAI_EXTPROC_LOG_*`). */
export interface RetentionPolicy {
  /** Of the calls that are neither failures nor expensive nor slow: 0 to 1. */
  share: number;
  /** Input and output tokens together from which on a call is expensive. */
  expensiveTokens: number;
  /** Milliseconds from which on a call is slow. */
  slowMillis: number;
}

/** Whether a call's log record is kept. */
export type Retention = (record: GenAiRecord) => boolean;

/**
 * Keeps what somebody will look for: failures, expensive calls, slow ones; and a share of the others. Of one trace all calls are in
 * the share or none, the same that the sampler `traceidratio` takes; a call without a trace is drawn by `random` (0 to 1).
 */
export function createRetention(policy: RetentionPolicy, random: () => number = Math.random): Retention {
  if (policy.share >= 1) return () => true;
  return (record) =>
    isFailure(record) ||
    tokensOf(record) >= policy.expensiveTokens ||
    record.timing.duration >= policy.slowMillis ||
    isInShare(record.trace.traceId, policy.share, random);
}

function isFailure({ failure, status }: GenAiRecord): boolean {
  return failure !== undefined || (status !== undefined && status >= 400);
}

/** Input and output, as far as they are known; a total alone stands for both. */
function tokensOf({ usage }: GenAiRecord): number {
  if (usage.input === undefined && usage.output === undefined) return usage.total ?? 0;
  return (usage.input ?? 0) + (usage.output ?? 0);
}

const TRACE_ID_DIGITS = 32;
const MAX_FOLDED = 0xffffffff;

function isInShare(traceId: string | undefined, share: number, random: () => number): boolean {
  if (traceId === undefined) return random() < share;
  return foldTraceId(traceId) < Math.floor(share * MAX_FOLDED);
}

/** The id's four 32-bit words, combined by exclusive or: what the JavaScript SDK compares with its ratio. */
function foldTraceId(traceId: string): number {
  let folded = 0;
  for (let index = 0; index < TRACE_ID_DIGITS; index += 8) {
    folded = (folded ^ Number.parseInt(traceId.slice(index, index + 8), 16)) >>> 0;
  }
  return folded;
}
