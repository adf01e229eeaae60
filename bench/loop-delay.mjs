/**
 * Preload (`node --import`) that measures the longest event-loop pause of the process it is loaded into, the same way in the
 * no-op and in the sidecar: `perf_hooks.monitorEventLoopDelay` with a resolution of 1 ms. Its timer runs only between
 * two SIGUSR2, so that the other scenarios do not pay for it.
 *
 * SIGUSR2 starts a measure; the next one ends it and writes `{max, p99, mean}` in milliseconds to BENCH_LOOP_DELAY_FILE.
 * A figure is the time between two ticks of that timer, so an idle loop shows about 1 ms.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const file = process.env['BENCH_LOOP_DELAY_FILE'];
const delay = monitorEventLoopDelay({ resolution: 1 });
let measuring = false;

if (file !== undefined) {
  process.on('SIGUSR2', () => {
    if (measuring) {
      delay.disable();
      const figures = { max: delay.max / 1e6, p99: delay.percentile(99) / 1e6, mean: delay.mean / 1e6 };
      writeFileSync(`${file}.part`, JSON.stringify(figures));
      renameSync(`${file}.part`, file);
    } else {
      delay.reset();
      delay.enable();
    }
    measuring = !measuring;
  });
}
