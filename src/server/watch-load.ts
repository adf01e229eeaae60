import { totalmem } from 'node:os';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Settings } from '../config/settings.js';
import type { Counters } from '../util/counters.js';
import type { WindowedWarning } from '../util/log-window.js';
import { createOverload, defaultMemoryMark, heapMark, type Overload } from './overload.js';

/** What the levels of shedding mean. */
const SHED_WORDS = [
  'load is back to normal: calls are recorded whole again',
  'too much load: the content of calls is left out; metrics and the access log have every call',
  'too much load: new calls have no span; metrics and the access log have every call',
] as const;

/**
 * Watches this process: how late its event loop is and what it holds. Says so when work is left out, and when that is over. `onMemory`: memory
 * is over its mark, and what open calls hold is to be let go.
 */
export function watchLoad(
  shedding: Settings['shedding'],
  { gauges }: Counters,
  onMemory: () => void,
  warn: WindowedWarning,
): Overload {
  const memoryBytes = shedding.memoryBytes ?? defaultMemoryMark(process.constrainedMemory(), totalmem());
  return createOverload({
    marks: {
      lagMillis: shedding.lagMillis,
      memoryBytes,
      heapBytes: heapMark(getHeapStatistics().heap_size_limit),
    },
    now: () => performance.now(),
    readMemory: () => process.memoryUsage(),
    gauges,
    onMemory,
    collect: createCollector(),
    onLevel: (level, cause) =>
      warn(
        `shedding ${level}`,
        { level, cause, lagSeconds: gauges['event_loop.lag'], rss: gauges['memory.resident'] },
        SHED_WORDS[level],
      ),
  });
}

/** The runtime's own collection of garbage, which it shows to nobody unless asked; made when it is needed. */
function createCollector(): () => void {
  let collect: (() => void) | undefined;
  return () => {
    if (collect === undefined) {
      setFlagsFromString('--expose-gc');
      collect = runInNewContext('gc') as () => void;
    }
    collect();
  };
}
