/** Counters of the filter that stay at zero as long as everything is well. */
export const FAILURES = [
  'failure_mode_allowed',
  'message_timeouts',
  'streams_failed',
  'spurious_msgs_received',
  'rejected_header_mutations',
];

/** How many failures those counters know in all. */
export function countFailures(stats) {
  return FAILURES.reduce((sum, name) => sum + (stats[name] ?? 0), 0);
}

/**
 * Envoy's counters of one target's ext_proc filter by their last name, `streams_started` for instance; all 0 before the first call.
 */
export async function readExtProcStats(adminPort, target) {
  const response = await fetch(`http://127.0.0.1:${adminPort}/stats?format=json&type=Counters&filter=ext_proc`);
  const { stats } = await response.json();
  const prefix = `http.${target}.ext_proc.${target}.`;
  const own = stats.filter((stat) => stat.name?.startsWith(prefix));
  if (own.length === 0) throw new Error(`Envoy has no ext_proc counters for the listener ${target}`);
  return Object.fromEntries(own.map((stat) => [stat.name.slice(prefix.length), stat.value]));
}

/**
 * How often Envoy's health checks of an ext_proc cluster failed, and how many streams found no healthy host since: their calls passed
 * unobserved, which the filter's own counters do not tell in observability mode.
 */
export async function readSickness(adminPort, target) {
  const response = await fetch(
    `http://127.0.0.1:${adminPort}/stats?format=json&type=Counters&filter=ext_proc_${target}`,
  );
  const { stats } = await response.json();
  const read = (name) => stats.find((stat) => stat.name === `cluster.ext_proc_${target}.${name}`)?.value ?? 0;
  return { failedChecks: read('health_check.failure'), withoutHost: read('upstream_cx_none_healthy') };
}
