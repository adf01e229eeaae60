import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOGGED_HEADER } from './envoy-config.mjs';
import { FAILURES, readExtProcStats, readSickness } from './envoy-stats.mjs';
import { exchanges, pathOf } from './exchanges.mjs';
import { droppedSpans, measuredCalls } from './prometheus-text.mjs';
import { exportsContent, isOurs, TARGETS } from './targets.mjs';

/** Milliseconds for the last spans, samples and log rows to appear. */
const PATIENCE_MILLIS = 10_000;

async function eventually(read, isGood) {
  const deadline = Date.now() + PATIENCE_MILLIS;
  let value = await read();
  while (!isGood(value) && Date.now() < deadline) {
    await sleep(100);
    value = await read();
  }
  return value;
}

/**
 * One call whose access-log row shows that the dynamic metadata arrives in Envoy. To be made before the measures: it counts as a call.
 */
export async function makeLoggedCall(target) {
  const { request, answer } = exchanges.small;
  const response = await fetch(`http://127.0.0.1:${target.port}${pathOf('small')}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [LOGGED_HEADER]: '1' },
    body: request,
  });
  const body = Buffer.from(await response.arrayBuffer());
  target.calls += 1;
  if (response.status === 200 && body.equals(answer)) return;
  target.wrong += 1;
  target.problems.push(`the logged call: status ${response.status}, ${body.length} bytes`);
}

async function checkEnvoy(stage, target) {
  const expected = target.calls * (TARGETS[target.name].streamsPerCall ?? 1);
  const good = (stats) => stats.streams_started === expected;
  const stats = await eventually(() => readExtProcStats(stage.envoyAdminPort, target.name), good);
  const failures = FAILURES.filter((name) => stats[name] !== 0).map((name) => `${name} ${stats[name]}`);
  const sick = await readSickness(stage.envoyAdminPort, target.name);
  return [
    {
      what: `${target.name}: Envoy's ${FAILURES.join(', ')} are 0`,
      passed: failures.length === 0,
      found: failures.join(', ') || 'all 0',
    },
    {
      what: `${target.name}: no failed health check, no stream without a healthy sidecar`,
      passed: sick.failedChecks === 0 && sick.withoutHost === 0,
      found: `${sick.failedChecks}, ${sick.withoutHost}`,
    },
    {
      what: `${target.name}: Envoy opened ${TARGETS[target.name].streamsPerCall ?? 'one'} stream${expected > target.calls ? 's' : ''} a call`,
      passed: good(stats),
      found: `${stats.streams_started} for ${target.calls}`,
    },
  ];
}

async function readOurs(stage, target) {
  const { counts } = await stage.sink.ask({});
  const page = await target.observed.metrics();
  const sink = counts[target.name] ?? {
    spans: 0,
    refused: 0,
    withContent: 0,
    traceRequests: 0,
    metricRequests: 0,
    logRequests: 0,
  };
  return { sink, dropped: droppedSpans(page), measured: measuredCalls(page) };
}

/** What an access-log row must have of a call, by what the target's configuration lets Envoy know. */
const IN_ACCESS_LOG = {
  all: {
    what: 'has model and tokens',
    members: { operation_name: 'chat', request_model: 'bench-model', llm_input_token: 42 },
  },
  headers: {
    what: 'has what the headers say and no model',
    members: { operation_name: 'chat', request_model: undefined },
  },
  none: { what: 'has nothing of the call', members: { operation_name: undefined, request_model: undefined } },
};

function checkAccessLog(name, metadata) {
  const { what, members } = IN_ACCESS_LOG[TARGETS[name].accessLog ?? 'all'];
  const found = Object.fromEntries(Object.keys(members).map((key) => [key, metadata?.[key]]));
  return {
    what: `${name}: the access log ${what}`,
    passed: metadata !== undefined && Object.entries(members).every(([key, value]) => found[key] === value),
    found: metadata === undefined ? 'no row' : JSON.stringify(found),
  };
}

async function checkOurs(stage, target) {
  const { calls, name } = target;
  const complete = ({ sink, dropped, measured }) => sink.spans + dropped === calls && measured === calls;
  const { sink, dropped, measured } = await eventually(() => readOurs(stage, target), complete);
  const rows = await eventually(
    () =>
      existsSync(target.accessLogPath) ? readFileSync(target.accessLogPath, 'utf8').split('\n').filter(Boolean) : [],
    (lines) => lines.length > 0,
  );
  const expectedContent = exportsContent(name) ? sink.traceRequests : 0;
  return [
    {
      what: `${name}: spans at the sink + counted losses = calls`,
      passed: sink.spans + dropped === calls,
      found: `${sink.spans} + ${dropped} for ${calls}`,
    },
    { what: `${name}: duration samples = calls`, passed: measured === calls, found: `${measured} for ${calls}` },
    {
      what: `${name}: metrics were exported`,
      passed: sink.metricRequests > 0,
      found: `${sink.metricRequests} exports`,
    },
    { what: `${name}: the sink could read every export`, passed: sink.refused === 0, found: `${sink.refused} refused` },
    {
      what: `${name}: content is ${exportsContent(name) ? 'in every' : 'in no'} export of spans`,
      passed: sink.traceRequests > 0 && sink.withContent === expectedContent,
      found: `${sink.withContent} of ${sink.traceRequests}, the largest ${Math.round(sink.largest / 1000)} KB`,
    },
    ...(TARGETS[name].settings.OTEL_LOGS_EXPORTER === undefined
      ? []
      : [
          {
            what: `${name}: log records were exported`,
            passed: sink.logRequests > 0,
            found: `${sink.logRequests} exports`,
          },
        ]),
    checkAccessLog(name, rows[0] && JSON.parse(rows[0]).genai),
  ];
}

/**
 * Whether what was measured was also right: `{what, passed, found}` for each check. Waits for what is still on its way.
 */
export async function verify(stage) {
  const checks = [];
  for (const target of stage.targets.values()) {
    checks.push({
      what: `${target.name}: every answer 200 and byte for byte the upstream's`,
      passed: target.wrong === 0 && target.calls > 0,
      found: `${target.calls - target.wrong} of ${target.calls}${target.problems.length > 0 ? ` (${target.problems[0]})` : ''}`,
    });
    if (target.observed !== undefined) checks.push(...(await checkEnvoy(stage, target)));
    if (isOurs(target.name)) checks.push(...(await checkOurs(stage, target)));
  }
  return checks;
}
