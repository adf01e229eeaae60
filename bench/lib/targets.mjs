/**
 * What may stand behind Envoy, in the order of the tables. `settings` marks the sidecar and holds what tells its rows apart;
 * a row without a process of its own has no `program`.
 */
export const TARGETS = {
  none: { title: 'no filter' },
  noop: { title: 'no-op', program: 'bench/noop.mjs' },
  us: { title: 'genai-extproc', program: 'dist/main.js', settings: {} },
  hidden: {
    title: 'genai-extproc, content hidden',
    program: 'dist/main.js',
    settings: { OPENINFERENCE_HIDE_INPUTS: 'true', OPENINFERENCE_HIDE_OUTPUTS: 'true' },
  },
  other: { title: 'the other build', program: 'dist/main.js', settings: {} },
};

/** What a run measures by itself; `other` comes with `--against`. */
export const DEFAULT_TARGETS = ['none', 'noop', 'us', 'hidden'];

/** Milliseconds between exports: far shorter than the default, so that a pass of a fraction of a second need not wait 5 s for its last spans. */
export const EXPORT_DELAY_MILLIS = 100;

/** Milliseconds between metric exports: a few in each run. */
export const METRIC_INTERVAL_MILLIS = 5000;

/** Whether a target is the sidecar (and not the no-op or nothing). */
export function isOurs(name) {
  return TARGETS[name].settings !== undefined;
}

/** Whether a target's spans carry the call's content. */
export function exportsContent(name) {
  return isOurs(name) && TARGETS[name].settings.OPENINFERENCE_HIDE_INPUTS === undefined;
}
