import { distribution } from './statistics.mjs';

/**
 * One slice from the passes that one target made in one round: the times of all their calls together, CPU per call over all of them.
 * Its memory is that of the last pass, with the greatest peak of all.
 */
export function sliceOf(passes) {
  const sum = (pick) => passes.reduce((total, pass) => total + pick(pass), 0);
  const all = (pick) => passes.flatMap((pass) => [...(pick(pass) ?? [])]);
  const greatest = (pick) => Math.max(...passes.map(pick));
  const calls = sum((pass) => pass.calls);
  const delays = all((pass) => pass.delays);
  const [first] = passes;
  return {
    calls,
    perSecond: (calls * 1000) / sum((pass) => pass.elapsedMillis),
    latency: distribution(all((pass) => pass.latencies)),
    ...(delays.length > 0 ? { delay: distribution(delays) } : {}),
    envoyCpuMicros: sum((pass) => pass.envoyCpuMicros) / calls,
    ...(first.memory === undefined
      ? {}
      : {
          cpuMicros: sum((pass) => pass.cpuMicros) / calls,
          memory: { current: passes.at(-1).memory.current, peak: greatest((pass) => pass.memory.peak) },
        }),
    ...(first.pause === undefined
      ? {}
      : { pause: { max: greatest((pass) => pass.pause.max), p99: greatest((pass) => pass.pause.p99) } }),
  };
}
