/** What replaces the access log's row where Envoy does not learn what the sidecar found out. */
const WITH_LOG_RECORDS = { OTEL_LOGS_EXPORTER: 'otlp' };

/**
 * What may stand behind Envoy, in the order of the tables. A row without a process of its own has no `program`. `settings` marks the
 * sidecar and holds what tells its rows apart; `envoyConfig` names the configuration that the filters come from where it is not the
 * recommended one, with the ext_proc `streamsPerCall` and what of the call its access log has: `all` by default, `headers` or `none`; `workers` is how many
 * processes share the calls, and `onlyIn` names the scenarios where there is no more to be seen in others.
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
  observe: {
    title: 'observability mode',
    program: 'dist/main.js',
    settings: WITH_LOG_RECORDS,
    envoyConfig: 'envoy.observe.yaml',
    accessLog: 'none',
  },
  pair: {
    title: 'pair: context and observer',
    program: 'dist/main.js',
    settings: WITH_LOG_RECORDS,
    envoyConfig: 'envoy.pair.yaml',
    streamsPerCall: 2,
    accessLog: 'headers',
  },
  workers: {
    title: 'genai-extproc, 2 workers',
    program: 'dist/main.js',
    settings: {},
    workers: 2,
    onlyIn: ['small-json-16'],
  },
  other: { title: 'the other build', program: 'dist/main.js', settings: {} },
};

/** What a run measures by itself; `other` comes with `--against`. */
export const DEFAULT_TARGETS = ['none', 'noop', 'us', 'hidden', 'workers'];

/** What `--modes` measures. */
export const MODE_TARGETS = ['none', 'us', 'observe', 'pair'];

/** Milliseconds between exports: far shorter than the default, so that a pass of a fraction of a second need not wait 5 s for its last spans. */
export const EXPORT_DELAY_MILLIS = 100;

/** Milliseconds between metric exports: a few in each run. */
export const METRIC_INTERVAL_MILLIS = 5000;

/** The targets of a list that a scenario is for. */
export function targetsIn(scenario, names) {
  return names.filter(
    (name) => !scenario.without?.includes(name) && (TARGETS[name].onlyIn?.includes(scenario.name) ?? true),
  );
}

/** Whether a target is the sidecar (and not the no-op or nothing). */
export function isOurs(name) {
  return TARGETS[name].settings !== undefined;
}

/** Whether a target's spans carry the call's content. */
export function exportsContent(name) {
  return isOurs(name) && TARGETS[name].settings.OPENINFERENCE_HIDE_INPUTS === undefined;
}
