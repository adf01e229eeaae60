import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ListenAddress } from '../../src/config/settings.js';
import { grpcTarget } from '../../src/server/listen-address.js';
import { connectClient } from '../server/support/ext-proc-client.js';
import {
  chatAnswer,
  chatRequest,
  requestBody,
  requestHeaders,
  responseBody,
  responseHeaders,
} from '../server/support/messages.js';
import { eventually } from '../support/eventually.js';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.js';
import { freePort } from '../support/ports.js';
import { parsePrometheus, sumOf } from '../support/prometheus-page.js';
import {
  buildProgram,
  logLines,
  startProgram,
  startSidecarProcess,
  startWorkersProcess,
  type WorkersProcess,
} from '../support/sidecar-process.js';

/** `serve --workers`, built, as people run it. */
const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-workers-'));
let sink: OtlpSink;
let running: WorkersProcess | undefined;
let sockets = 0;
// processes take their time on a busy machine
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

const newSocket = () => `unix://${join(folder, `${++sockets}.sock`)}`;
const start = async (workers: number, environment: Record<string, string> = {}) => {
  running = await startWorkersProcess(workers, {
    GENAI_EXTPROC_LISTEN: newSocket(),
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.grpcUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    ...environment,
  });
  return running;
};

/** A call up to its answer's headers; `end` brings the rest. */
async function begin(listen: ListenAddress, model = 'm') {
  const client = connectClient(grpcTarget(listen));
  const stream = client.open();
  await stream.ask(requestHeaders());
  await stream.ask(requestBody(chatRequest(model), true));
  await stream.ask(responseHeaders());
  return {
    async end() {
      await stream.ask(responseBody(chatAnswer(model), true));
      stream.reset();
      client.close();
    },
  };
}

async function call(listen: ListenAddress, model = 'm'): Promise<void> {
  const begun = await begin(listen, model);
  await begun.end();
}

const page = async ({ adminUrl }: { adminUrl: string }) =>
  parsePrometheus(await (await fetch(`${adminUrl}/metrics`)).text());
const durations = async (of: { adminUrl: string }) =>
  sumOf(await page(of), 'gen_ai_server_request_duration_seconds_count');
const health = async ({ adminUrl }: { adminUrl: string }) => {
  const response = await fetch(`${adminUrl}/health`);
  return { status: response.status, text: await response.text() };
};
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const gone = (pids: readonly number[]) =>
  eventually(
    () => !pids.some(isAlive),
    () => `still there: ${pids.filter(isAlive)}`,
    30_000,
  );
const until = (of: WorkersProcess, msg: string, count = 1) =>
  eventually(
    () => logLines(of).filter((line) => line['msg'] === msg).length >= count,
    () => `"${msg}" was not logged ${count} times: ${of.stderr()}`,
    60_000,
  );

describe('several workers', () => {
  test('each at its own socket; one page, one health, one stream of metrics, spans of each', async () => {
    const workers = await start(3);
    expect(
      workers.listen.map((listen) => (listen as { path: string }).path.replace(/^.*-(?=\d+\.sock$)/, '-')),
    ).toEqual(['-0.sock', '-1.sock', '-2.sock']);
    expect(new Set([...workers.pids(), workers.process.pid]).size).toBe(4);
    for (const listen of workers.listen) await call(listen);
    await call(workers.listen[0]!);
    await eventually(async () => (await durations(workers)) === 4);
    const samples = await page(workers);
    expect(sumOf(samples, 'genai_extproc_streams_opened_total')).toBe(4);
    expect(sumOf(samples, 'genai_extproc_workers_serving')).toBe(3);
    expect(samples.filter(({ name }) => name === 'gen_ai_server_request_duration_seconds_count')).toHaveLength(1);
    const healthy = await health(workers);
    expect(healthy.status).toBe(200);
    expect(healthy.text.split('\n')).toEqual([
      'serving',
      ...workers.listen.map((listen, worker) => `worker ${worker} unix://${(listen as { path: string }).path} serving`),
      '',
    ]);
    await sink.until(() => sink.spans().length === 4, 20_000);
    expect(new Set(sink.spans().map(({ resource }) => resource['service.instance.id'])).size).toBe(3);
    expect(await workers.stop()).toBe(0);
    await gone(workers.pids());
    expect(new Set(sink.metrics().map(({ resource }) => resource['service.instance.id'])).size).toBe(1);
    const last = sink.metrics().findLast(({ name }) => name === 'gen_ai.server.request.duration');
    expect(last?.points.map(({ count }) => count)).toEqual([4]);
    const exported = sink.metrics().findLast(({ name }) => name === 'genai_extproc.spans.exported');
    expect(exported?.points.map(({ value }) => value)).toEqual([4]);
    expect(workers.stdout()).toBe('');
  });

  test('ports that follow each other; health asks the one admin endpoint', async () => {
    const port = await freePort();
    const workers = await start(2, { GENAI_EXTPROC_LISTEN: `127.0.0.1:${port}` });
    expect(workers.listen).toEqual([port, port + 1].map((each) => ({ kind: 'tcp', host: '127.0.0.1', port: each })));
    for (const listen of workers.listen) await call(listen);
    const asked = startProgram(['health', '--admin', workers.adminUrl.slice('http://'.length)]);
    expect((await once(asked.process, 'close'))[0]).toBe(0);
  });

  test('one worker is the single process that it always was', async () => {
    const single = await startSidecarProcess({ GENAI_EXTPROC_WORKERS: '1', GENAI_EXTPROC_LISTEN: newSocket() });
    expect((await health(single)).text).toBe('serving\n');
    expect(logLines(single).map(({ msg }) => msg)).toEqual(['serving']);
    expect(await single.stop()).toBe(0);
  });
});

describe('a worker that ends unasked', () => {
  test.each(['SIGKILL', 'SIGTERM'] as const)(
    '%s: it is replaced at its address, and nothing counted is lost',
    async (signal) => {
      const workers = await start(2, { GENAI_EXTPROC_LISTEN: '127.0.0.1:0' });
      const [first, second] = workers.pids() as [number, number];
      for (let index = 0; index < 3; index += 1) await call(workers.listen[0]!);
      await eventually(async () => (await durations(workers)) === 3);
      process.kill(first, signal);
      await until(workers, 'worker serves', 3);
      expect(logLines(workers).find(({ msg }) => msg === 'worker ended; it is started again')).toMatchObject(
        signal === 'SIGKILL' ? { worker: 0, pid: first, signal } : { worker: 0, pid: first, code: 0 },
      );
      expect(workers.pids()).toEqual([expect.any(Number), second]);
      expect(workers.pids()[0]).not.toBe(first);
      expect(await durations(workers)).toBe(3);
      await call(workers.listen[0]!);
      await eventually(async () => (await durations(workers)) === 4);
      expect(sumOf(await page(workers), 'genai_extproc_workers_restarted_total')).toBe(1);
      expect(await workers.stop()).toBe(0);
      const counts = sink
        .metrics()
        .filter(({ name }) => name === 'gen_ai.server.request.duration')
        .map(({ points }) => points[0]?.count ?? 0);
      expect(counts).toEqual(counts.toSorted((one, other) => one - other));
      expect(counts.at(-1)).toBe(4);
    },
  );

  test('all of them dead: health says so, and recovers', async () => {
    const workers = await start(2);
    for (const pid of workers.pids()) process.kill(pid, 'SIGKILL');
    await eventually(async () => (await health(workers)).status === 503);
    await eventually(
      async () => (await health(workers)).status === 200,
      () => workers.stderr(),
      60_000,
    );
  });
});

describe('the end', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: open streams finish, telemetry goes out, exit code 0',
    async (signal) => {
      const workers = await start(2, { OTEL_BSP_SCHEDULE_DELAY: '60000', OTEL_METRIC_EXPORT_INTERVAL: '60000' });
      const open = await Promise.all(workers.listen.map((listen) => begin(listen)));
      const stopped = workers.stop(signal);
      await until(workers, 'draining');
      await eventually(async () => (await health(workers)).status === 503);
      await sleep(300);
      for (const one of open) await one.end();
      expect(await stopped).toBe(0);
      await gone(workers.pids());
      expect(sink.spans().map(({ status }) => status.code)).toEqual(['OK', 'OK']);
      const last = sink.metrics().findLast(({ name }) => name === 'gen_ai.server.request.duration');
      expect(last?.points.map(({ count }) => count)).toEqual([2]);
    },
  );

  test('a second signal ends all at once', async () => {
    const workers = await start(2, { GENAI_EXTPROC_DRAIN_MILLIS: '60000' });
    const pids = workers.pids();
    await begin(workers.listen[0]!);
    workers.process.kill('SIGTERM');
    await until(workers, 'draining');
    await sleep(1_050);
    const began = performance.now();
    expect(await workers.stop('SIGINT')).toBe(130);
    await gone(pids);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  test('the supervisor killed: its workers finish their streams and end', async () => {
    const workers = await start(2);
    const open = await begin(workers.listen[0]!);
    const pids = workers.pids();
    // its end alone: the output is closed when the workers have ended too
    workers.process.kill('SIGKILL');
    await once(workers.process, 'exit');
    // the other one has nothing to finish
    await gone([pids[1]!]);
    await open.end();
    await gone(pids);
    expect(sink.spans().map(({ status }) => status.code)).toEqual(['OK']);
  });
});

describe('a rolling restart', () => {
  test('one after the other, at the same addresses, healthy all the time', async () => {
    const workers = await start(2, { GENAI_EXTPROC_LISTEN: '127.0.0.1:0' });
    const before = workers.pids();
    for (const listen of workers.listen) await call(listen);
    const seen = new Set<number>();
    let most = 0;
    let over = false;
    const watch = (async () => {
      while (!over) {
        const { status, text } = await health(workers);
        seen.add(status);
        most = Math.max(most, (text.match(/ (draining|starting|waiting)$/gm) ?? []).length);
        await sleep(20);
      }
    })();
    workers.process.kill('SIGUSR2');
    // while one goes on, another changes nothing
    await until(workers, 'rolling restart');
    workers.process.kill('SIGUSR2');
    await until(workers, 'rolling restart is done');
    over = true;
    await watch;
    expect([...seen]).toEqual([200]);
    expect(most).toBe(1);
    const after = workers.pids();
    expect(after.some((pid) => before.includes(pid))).toBe(false);
    expect(logLines(workers).filter(({ msg }) => msg === 'rolling restart')).toHaveLength(1);
    for (const listen of workers.listen) await call(listen);
    await eventually(async () => (await durations(workers)) === 4);
    expect(sumOf(await page(workers), 'genai_extproc_workers_restarted_total')).toBe(0);
    await gone(before);
  });
});

describe('what cannot start', () => {
  const run = async (environment: Record<string, string>, parameters: string[] = []) => {
    const ended = startProgram(['serve', '--workers', '2', ...parameters], {
      GENAI_EXTPROC_ADMIN: '127.0.0.1:0',
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
      ...environment,
    });
    const [code] = await once(ended.process, 'close');
    return {
      code: code as number,
      stderr: ended.stderr(),
      pids: logLines(ended).flatMap(({ pid }) => (pid as number) ?? []),
    };
  };

  test('a worker whose address is taken: the whole start fails with its error', async () => {
    const path = join(folder, 'taken.sock');
    writeFileSync(join(folder, 'taken-1.sock'), '');
    const ended = await run({ GENAI_EXTPROC_LISTEN: `unix://${path}` });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('error LISTEN_FAILED: cannot listen on unix://');
    expect(ended.stderr).toContain('taken-1.sock exists and is no socket');
    expect(ended.stderr).toContain('GENAI_EXTPROC_LISTEN (--listen)');
    expect(ended.stderr).not.toContain('"msg":"serving"');
    await gone(ended.pids);
  });

  test('the admin port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const admin = `127.0.0.1:${(taken.address() as { port: number }).port}`;
    const ended = await run({ GENAI_EXTPROC_LISTEN: newSocket(), GENAI_EXTPROC_ADMIN: admin });
    taken.close();
    expect(ended).toMatchObject({ code: 1, pids: [] });
    expect(ended.stderr).toContain(`${admin}: the port is already in use`);
  });

  test('the admin port among those of the workers', async () => {
    const ended = await run({ GENAI_EXTPROC_LISTEN: '127.0.0.1:24100', GENAI_EXTPROC_ADMIN: '127.0.0.1:24101' });
    expect(ended).toMatchObject({ code: 1, pids: [] });
    expect(ended.stderr).toContain('error SETTINGS_INVALID');
    expect(ended.stderr).toContain('"127.0.0.1:24101" has its port 24101 among the ports 24100 to 24101 of 2 workers');
  });

  test('the command of workers, by a person', async () => {
    const asked = startProgram(['worker']);
    expect((await once(asked.process, 'close'))[0]).toBe(1);
    expect(asked.stderr()).toContain('"worker" is no command');
  });
});
