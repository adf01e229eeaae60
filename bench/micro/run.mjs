/**
 * What a call costs the sidecar's own code: the messages of one call, from their bytes to the exported span, in this process and
 * without Envoy and gRPC. Steadier than the benchmark behind Envoy, and the place for a CPU profile:
 *
 *   npm run bench:micro -- [--only NAMES] [--rounds N] [--dist FOLDER] [--profile FOLDER]
 *
 * CPU time of the whole process is measured (garbage collection included), the medians of several rounds are printed. "decode only"
 * is what decoding the messages alone costs: no filter on this stack is below that.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createProcesses } from '../lib/processes.mjs';
import { messagesOf } from './messages.mjs';
import { createSidecar } from './sidecar.mjs';

const bench = fileURLToPath(new URL('../', import.meta.url));

/**
 * Calls of a round, how many are served before the event loop gets its turn, and how many spans may wait for the collector before the
 * next calls are made.
 */
const SCENARIOS = {
  small: { calls: 2000, together: 16, waiting: 256 },
  burst: { calls: 96, together: 8, waiting: 32 },
  prompt: { calls: 48, together: 4, waiting: 8 },
};

const HIDDEN = { OPENINFERENCE_HIDE_INPUTS: 'true', OPENINFERENCE_HIDE_OUTPUTS: 'true' };

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(SCENARIOS).join(',') },
    rounds: { type: 'string', default: '7' },
    dist: { type: 'string', default: join(bench, '../dist') },
    profile: { type: 'string' },
  },
});

/** gRPC's own way to bytes, for messages that Envoy would send. */
function encodeMessages(messages) {
  const require = createRequire(import.meta.url);
  const { loadSync } = require('@grpc/proto-loader');
  const protos = fileURLToPath(new URL('../../envoy-protos', import.meta.url));
  const definition = loadSync('envoy/service/ext_proc/v3/external_processor.proto', { includeDirs: [protos] });
  const encode = definition['envoy.service.ext_proc.v3.ExternalProcessor'].Process.requestSerialize;
  return messages.map((message) => Buffer.from(encode(message)));
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 2));
const exported = (counted) => counted['spans.exported'] + counted['spans.dropped'];
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

async function cpuMicrosPerCall(count, together, work, settled) {
  const before = process.cpuUsage();
  for (let made = 0; made < count; made += together) {
    for (let one = 0; one < together; one += 1) work();
    await settled(made + together);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

function median(figures) {
  return figures.toSorted((one, other) => one - other)[figures.length >> 1];
}

async function profiled(name, work) {
  if (options.profile === undefined) return work();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  const result = await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  mkdirSync(options.profile, { recursive: true });
  writeFileSync(join(options.profile, `${name}.cpuprofile`), JSON.stringify(profile));
  return result;
}

async function measure(sidecar, name, variant) {
  const { calls, together, waiting } = SCENARIOS[name];
  const messages = encodeMessages(messagesOf(name));
  const { values: counted } = sidecar.counters;
  let before = 0;
  /** After a few calls nothing needs to be done; after the last call none: what is exported late belongs to the round that caused it. */
  const settled = async (made) => {
    await nextTurn();
    if (made < calls && counted['calls.recorded'] - exported(counted) < waiting) return;
    if (made < calls) while (counted['calls.recorded'] - exported(counted) > waiting / 2) await pause();
    else {
      while (exported(counted) < before + calls) await pause();
      before += calls;
    }
  };
  const serve = () => sidecar.serve(messages);
  const decode = () => messages.map(sidecar.contract.decodeRequest);
  const figures = { whole: [], decode: [] };
  await cpuMicrosPerCall(calls, together, serve, settled);
  await profiled(`${name}-${variant}`, async () => {
    for (let round = 0; round < Number(options.rounds); round += 1) {
      figures.whole.push(await cpuMicrosPerCall(calls, together, serve, settled));
      figures.decode.push(await cpuMicrosPerCall(calls, together, decode, nextTurn));
    }
  });
  return {
    scenario: name,
    variant,
    messages: messages.length,
    'CPU µs': Math.round(median(figures.whole) * 10) / 10,
    least: Math.round(Math.min(...figures.whole) * 10) / 10,
    'decode only': Math.round(median(figures.decode) * 10) / 10,
  };
}

const processes = createProcesses(tmpdir());
const rows = [];
try {
  const sink = await processes.fork('sink', join(bench, 'sink.mjs'));
  for (const [variant, settings] of Object.entries({ content: {}, hidden: HIDDEN })) {
    for (const name of options.only.split(',')) {
      const sidecar = await createSidecar(resolve(options.dist), {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.hello.port}/us`,
        OTEL_BSP_SCHEDULE_DELAY: '20',
        OTEL_METRIC_EXPORT_INTERVAL: '5000',
        OTEL_LOGS_EXPORTER: 'none',
        ...settings,
      });
      rows.push(await measure(sidecar, name, variant));
      await sidecar.close(5000);
    }
  }
} finally {
  await processes.stopAll();
}
console.table(rows);
