import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ListenAddress } from '../../src/config/settings.js';
import { grpcTarget } from '../../src/server/listen-address.js';
import { ROOT_SESSION_VARIABLE } from '../../src/util/process-identity.js';
import { type RunningProcess, startProcess } from '../packaging/support/processes.js';
import { connectClient } from '../server/support/ext-proc-client.js';
import {
  chatAnswer,
  chatRequest,
  requestBody,
  requestHeaders,
  responseBody,
  responseHeaders,
} from '../server/support/messages.js';
import { type OtlpSink, type OtlpSinkSignal, startOtlpSink } from '../support/otlp-sink.js';
import { buildProgram, logLines, startSidecarProcess, startWorkersProcess } from '../support/sidecar-process.js';

/** What a collector reads of the processes that export, however they were started. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STARTER = fileURLToPath(new URL('./support/start-child.mjs', import.meta.url));
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SIGNALS: readonly OtlpSinkSignal[] = ['traces', 'metrics', 'logs'];
const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-identity-'));
let sink: OtlpSink;
let running: RunningProcess | undefined;
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

beforeAll(async () => {
  buildProgram();
  sink = await startOtlpSink();
});
afterAll(async () => {
  await sink.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  sink.requests.length = 0;
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

type Protocol = 'grpc' | 'http/protobuf';
const environmentOf = (protocol: Protocol, more: Record<string, string> = {}) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: protocol === 'grpc' ? sink.grpcUrl : sink.httpUrl,
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  OTEL_BLRP_SCHEDULE_DELAY: '20',
  ...more,
});

/** Starts the program through a chain of processes, each of which starts the next in its way. */
const below =
  (...ways: string[]) =>
  (parameters: readonly string[], env: Record<string, string> = {}) =>
    startProcess([process.execPath, ...ways.flatMap((way) => [STARTER, way]), `${ROOT}dist/main.js`, ...parameters], {
      env: { PATH: process.env['PATH'], ...env },
    });

async function call(listen: ListenAddress, headers: Record<string, string> = {}): Promise<void> {
  const client = connectClient(grpcTarget(listen));
  const stream = client.open();
  await stream.ask(requestHeaders(headers));
  await stream.ask(requestBody(chatRequest('m'), true));
  await stream.ask(responseHeaders());
  await stream.ask(responseBody(chatAnswer('m'), true));
  stream.reset();
  client.close();
}

/** The two headers of every export that came, once each. */
async function headersOf(signals: readonly OtlpSinkSignal[] = SIGNALS) {
  await sink.until(
    ({ requests }) => signals.every((signal) => requests.some((request) => request.signal === signal)),
    20_000,
  );
  const all = sink.requests
    .filter(({ signal }) => signals.includes(signal))
    .map(({ headers }) => ({ session: headers['dd-session-id'], root: headers['dd-root-session-id'] }));
  return [...new Set(all.map((one) => JSON.stringify(one)))].map((one) => JSON.parse(one) as (typeof all)[number]);
}

/** The sessions of the processes above, the first one first. */
const parents = (of: RunningProcess) =>
  logLines(of)
    .filter(({ msg }) => msg === 'parent')
    .map(({ session }) => session as string);

async function startAndCall(protocol: Protocol, more: Record<string, string> = {}, ways: string[] = []) {
  const sidecar = await startSidecarProcess(environmentOf(protocol, more), undefined, below(...ways));
  running = sidecar;
  await call(sidecar.listen);
  return sidecar;
}

const instances = () =>
  new Set([...sink.spans(), ...sink.metrics(), ...sink.logs()].map(({ resource }) => resource['service.instance.id']));

describe('one process', () => {
  test.each(['grpc', 'http/protobuf'] as const)('%s: its session on every export, no root', async (protocol) => {
    await startAndCall(protocol);
    const headers = await headersOf();
    expect(headers).toEqual([{ session: expect.stringMatching(UUID_V4) }]);
    expect(instances()).toEqual(new Set([headers[0]?.session]));
  });

  test('headers of the user win, whatever their case; the instance of the resource too', async () => {
    await startAndCall('http/protobuf', {
      OTEL_EXPORTER_OTLP_HEADERS: 'Dd-Session-Id=mine',
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'dd-root-session-id=logs',
      OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=here',
    });
    expect(await headersOf(['traces', 'metrics'])).toEqual([{ session: 'mine' }]);
    expect(await headersOf(['logs'])).toEqual([{ session: expect.stringMatching(UUID_V4), root: 'logs' }]);
    expect(instances()).toEqual(new Set(['here']));
  });

  test('turned off', async () => {
    await startAndCall('grpc', { GENAI_EXTPROC_SESSION_HEADERS: 'false', [ROOT_SESSION_VARIABLE]: 'root' });
    expect(await headersOf()).toEqual([{}]);
    expect([...instances()]).toEqual([expect.stringMatching(UUID_V4)]);
  });

  test.each(['a b', 'x'.repeat(129), 'a\r\nb: c'])(
    'below %j, which is no session: as if there were none',
    async (root) => {
      await startAndCall('grpc', { [ROOT_SESSION_VARIABLE]: root });
      expect(await headersOf()).toEqual([{ session: expect.stringMatching(UUID_V4) }]);
    },
  );

  test('the sessions of calls are something else', async () => {
    const sidecar = await startAndCall('grpc');
    await call(sidecar.listen, { 'agent-session-id': 's-1' });
    await sink.until(() => sink.spans().length === 2 && sink.logs().length === 2);
    expect(sink.spans().map(({ attributes }) => attributes['session.id'])).toEqual([undefined, 's-1']);
    expect(sink.logs().map(({ attributes }) => attributes['session.id'])).toEqual([undefined, 's-1']);
  });
});

describe('a child and a grandchild', () => {
  test.each([
    ['default environment', 'grpc'],
    ['explicit environment', 'http/protobuf'],
    ['fork', 'grpc'],
    ['fork with an explicit environment', 'http/protobuf'],
    ['cluster', 'grpc'],
  ] as const)('by %s over %s: the first one is the root of both', async (way, protocol) => {
    const child = await startAndCall(protocol, {}, [way]);
    const [parent] = parents(child);
    const [headers, ...others] = await headersOf();
    expect(others).toEqual([]);
    expect(headers).toEqual({ session: expect.stringMatching(UUID_V4), root: parent });
    expect(headers?.session).not.toBe(parent);
    await child.stop();

    sink.requests.length = 0;
    // a process of a cluster cannot have a cluster of its own
    const grandchild = await startAndCall(protocol, {}, [way === 'cluster' ? 'fork' : way, way]);
    const [first, second] = parents(grandchild);
    expect(first).not.toBe(second);
    const found = await headersOf();
    expect(found).toEqual([{ session: expect.stringMatching(UUID_V4), root: first }]);
    expect([first, second]).not.toContain(found[0]?.session);
  });
});

describe('several workers', () => {
  const start = async (ways: string[]) => {
    const listen = `unix://${join(folder, `${ways.length}.sock`)}`;
    const workers = await startWorkersProcess(
      2,
      environmentOf('grpc', { GENAI_EXTPROC_LISTEN: listen }),
      below(...ways),
    );
    running = workers;
    for (const each of workers.listen) await call(each);
    await sink.until(() => sink.spans().length === 2 && sink.logs().length === 2, 20_000);
    return workers;
  };

  test('are the children of the one that exports their metrics', async () => {
    await start([]);
    const [supervisor, ...others] = await headersOf(['metrics']);
    expect(others).toEqual([]);
    expect(supervisor).toEqual({ session: expect.stringMatching(UUID_V4) });
    const workers = await headersOf(['traces', 'logs']);
    expect(workers.map(({ root }) => root)).toEqual([supervisor?.session, supervisor?.session]);
    expect(new Set([supervisor, ...workers].map((one) => one?.session)).size).toBe(3);
  });

  test('keep the first root, below whatever started their supervisor', async () => {
    const started = await start(['default environment']);
    const [first] = parents(started);
    const all = await headersOf();
    expect(all.map(({ root }) => root)).toEqual([first, first, first]);
    expect(new Set(all.map(({ session }) => session)).size).toBe(3);
  });
});
