import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import OpenAI from 'openai';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { freePort, isFree } from '../support/ports.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A fresh clone installs and builds first. */
const START_MILLIS = 120_000;
const STOP = { timeout: 15_000, interval: 50 };

interface Started {
  npm: ChildProcess;
  /** Settles with npm's exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals | null>;
  ports: { gateway: number; admin: number; listen: number };
  printed(): string;
  envoyAdmin(): string;
}

const running: ChildProcess[] = [];

afterEach(() => {
  for (const npm of running.splice(0)) {
    if (npm.exitCode === null && npm.signalCode === null && npm.pid !== undefined) process.kill(-npm.pid, 'SIGKILL');
  }
});

/** `npm start` as somebody types it, in a terminal of its own, and waits for what it prints when it is ready. */
async function npmStart(): Promise<Started> {
  const ports = { gateway: await freePort(), admin: await freePort(), listen: await freePort() };
  const flags = Object.entries(ports).flatMap(([name, port]) => [`--${name}`, `127.0.0.1:${port}`]);
  const foreign = /^(?:OPENAI_|OTEL_|OPENINFERENCE_|GENAI_EXTPROC_|AIGW_|AI_GATEWAY_)/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
  const npm = spawn('npm', ['start', '--', '--upstream', 'simulated', ...flags], { cwd: ROOT, env, detached: true });
  running.push(npm);
  let printed = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) =>
    npm.once('exit', (code, signal) => resolve(code ?? signal)),
  );
  const isReady = () => expect(printed).toContain('Calls appear here');
  await Promise.race([
    vi.waitFor(isReady, { timeout: START_MILLIS, interval: 100 }),
    exited.then((code) => Promise.reject(new Error(`npm start ended with ${code}:\n${printed}`))),
  ]);
  const envoyAdmin = () => /Envoy admin\s+(\S+)/.exec(printed)?.[1] ?? '';
  return { npm, exited, ports, printed: () => printed, envoyAdmin };
}

/** The process that npm started, which is ours. */
function childOf(npm: ChildProcess): number {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const row = rows.map((line) => line.trim().split(/\s+/).map(Number)).find(([, parent]) => parent === npm.pid);
  return row?.[0] ?? 0;
}

async function expectNothingLeft({ ports, envoyAdmin }: Started): Promise<void> {
  await vi.waitFor(async () => {
    for (const port of [...Object.values(ports), Number(new URL(envoyAdmin()).port)]) {
      expect(await isFree(port), `port ${port}`).toBe(true);
    }
  }, STOP);
}

describe('npm start', () => {
  test('calls through it are observed, shown, logged and measured; Ctrl-C ends it all', {
    timeout: 180_000,
  }, async () => {
    const started = await npmStart();
    const { gateway, admin } = started.ports;
    const client = new OpenAI({
      baseURL: `http://127.0.0.1:${gateway}/v1`,
      apiKey: 'none',
      maxRetries: 0,
      defaultHeaders: { 'agent-session-id': 'npm-start-session' },
    });
    const request = { model: 'asked-for', max_tokens: 8, messages: [{ role: 'user' as const, content: 'Say hi' }] };
    const whole = await client.chat.completions.create(request);
    expect(whole.choices[0]?.message.content).toContain('simulated');
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    let tokens = 0;
    for await (const chunk of stream) tokens = chunk.usage?.completion_tokens ?? tokens;
    expect(tokens).toBe(8);

    const line = /chat +200 +(?:–|\d+ ms) +.*2 → 8 +asked-for → simulated {2}session npm-start-session/g;
    await vi.waitFor(() => expect(started.printed().match(line)).toHaveLength(2), STOP);

    const accessLog = /Access log\s+(\S+)/.exec(started.printed())?.[1] ?? '';
    await vi.waitFor(() => expect(readFileSync(accessLog, 'utf8').trim().split('\n')).toHaveLength(2), STOP);
    expect(JSON.parse(readFileSync(accessLog, 'utf8').split('\n')[0] ?? '')).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'asked-for',
      'gen_ai.response.model': 'simulated',
      'gen_ai.usage.input_tokens': 2,
      'gen_ai.usage.output_tokens': 8,
      'gen_ai.usage.total_tokens': 10,
      'session.id': 'npm-start-session',
      response_code: 200,
    });

    const metrics = await (await fetch(`http://127.0.0.1:${admin}/metrics`)).text();
    expect(metrics).toMatch(
      /^gen_ai_server_request_duration_seconds_count\{.*gen_ai_request_model="asked-for".*\} 2$/m,
    );
    expect(metrics).toMatch(/^gen_ai_client_token_usage_/m);
    expect(metrics).toMatch(/^gen_ai_server_time_to_first_token_seconds_/m);

    const stats = await (await fetch(`${started.envoyAdmin()}/stats?filter=ext_proc`)).text();
    expect(stats).toMatch(/ext_proc\.genai\.streams_started: 2$/m);
    expect(stats).toMatch(/ext_proc\.genai\.failure_mode_allowed: 0$/m);
    expect(stats).toMatch(/ext_proc\.genai\.message_timeouts: 0$/m);

    // as the terminal does: everyone in the foreground gets it, and npm passes it on once more
    process.kill(-(started.npm.pid ?? 0), 'SIGINT');
    expect(await started.exited).toBe(0);
    await expectNothingLeft(started);
    expect(started.printed()).not.toMatch(/\n +at .*\.js:\d+/);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s to npm alone ends it all', { timeout: 180_000 }, async (signal) => {
    const started = await npmStart();
    started.npm.kill(signal);
    await started.exited;
    await expectNothingLeft(started);
  });

  test('even a SIGKILL leaves no Envoy behind', { timeout: 180_000 }, async () => {
    const started = await npmStart();
    process.kill(childOf(started.npm), 'SIGKILL');
    await started.exited;
    await expectNothingLeft(started);
  });

  test('a setting that is not understood stops it with exit code 1', { timeout: 180_000 }, async () => {
    const npm = spawn('npm', ['start', '--', '--upstream', 'ftp://nowhere'], { cwd: ROOT, detached: true });
    running.push(npm);
    let printed = '';
    npm.stderr.on('data', (text) => {
      printed += text;
    });
    expect(await new Promise((resolve) => npm.once('close', resolve))).toBe(1);
    expect(printed).toContain('--upstream');
    expect(printed).toContain('ftp://nowhere');
  });
});
