/**
 * Preload (`node --expose-gc --import`) that tells what the process holds: on SIGUSR2 it collects garbage and writes `{heap, external}` in
 * bytes to SOAK_HEAP_FILE. Production code is as it is.
 */
import { renameSync, writeFileSync } from 'node:fs';

const file = process.env['SOAK_HEAP_FILE'];

if (file !== undefined) {
  process.on('SIGUSR2', () => {
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    writeFileSync(`${file}.part`, JSON.stringify({ heap: heapUsed, external }));
    renameSync(`${file}.part`, file);
  });
}
