import type { Slice } from './bars.mjs';
import type { Distribution } from './statistics.mjs';

/** What one short stretch of calls gave. Times in milliseconds, CPU in microseconds over all its calls, memory in bytes. */
export interface Pass {
  calls: number;
  elapsedMillis: number;
  latencies: ArrayLike<number> & Iterable<number>;
  delays?: ArrayLike<number> & Iterable<number>;
  envoyCpuMicros: number;
  cpuMicros?: number;
  memory?: { current: number; peak: number };
  pause?: { max: number; p99: number };
}
export function sliceOf(
  passes: readonly Pass[],
): Slice & { calls: number; perSecond: number; envoyCpuMicros: number; latency: Distribution };
