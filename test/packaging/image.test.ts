import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listFiles } from '../architecture/source-tree.js';
import { freePort } from '../support/ports.js';
import { environmentOf, execForm, lastInstruction, parseDockerfile, type Stage } from './support/dockerfile.js';
import { buildNatively } from './support/image-build.js';
import { eventually, type RunningProcess, startProcess } from './support/processes.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const stages = parseDockerfile(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
const runtime = stages.at(-1) as Stage;

describe('the Dockerfile', () => {
  test('builds every stage from one slim image of a Node release line that is named', () => {
    expect(new Set(stages.map((stage) => stage.image)).size).toBe(1);
    expect(runtime.image).toMatch(/^node:\d+(\.\d+)*-[a-z]+-slim$/);
  });

  test('runs as a user that an orchestrator can see is not root', () => {
    expect(lastInstruction(runtime, 'USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  test('starts the sidecar without a shell, so that signals reach it', () => {
    expect(execForm(lastInstruction(runtime, 'ENTRYPOINT'))).toEqual(['node', 'dist/main.js']);
    expect(execForm(lastInstruction(runtime, 'CMD'))).toEqual(['serve']);
    expect(runtime.instructions.some((instruction) => instruction.name === 'RUN')).toBe(false);
  });

  test('exposes the ports that its settings listen on', () => {
    const { GENAI_EXTPROC_LISTEN: listen, GENAI_EXTPROC_ADMIN: admin } = environmentOf(runtime);
    const ports = [listen, admin].map((address) => address?.replace(/^0\.0\.0\.0:/, ''));
    expect(lastInstruction(runtime, 'EXPOSE')?.split(' ')).toEqual(ports);
  });
});

describe('what the image holds, built here by the same instructions', () => {
  const directory = mkdtempSync(join(tmpdir(), 'genai-extproc-image-'));
  let application: string;

  beforeAll(() => {
    const directories = buildNatively(stages, ROOT, directory);
    application = directories.get(runtime.name) as string;
    // the unprivileged user has to get in
    chmodSync(directory, 0o755);
  }, 240_000);

  // thousands of small files: a slow disk takes its time
  afterAll(() => rmSync(directory, { recursive: true, force: true }), 240_000);

  test('the runtime dependencies of the lockfile, and no development dependency', () => {
    const locked = Object.entries(readLockedPackages()).filter(([path]) => path !== '');
    const isInstalled = ([path]: [string, unknown]) => existsSync(join(application, path, 'package.json'));
    const development = locked.filter(([, { dev }]) => dev);
    const runtimeOnly = locked.filter(([, { dev, optional }]) => !dev && !optional);
    expect(development.length).toBeGreaterThan(0);
    expect(development.filter(isInstalled)).toEqual([]);
    expect(runtimeOnly.filter((entry) => !isInstalled(entry))).toEqual([]);
  });

  test('starts, is healthy, writes no file and ends on SIGTERM', async () => {
    const before = snapshot(application);
    const ports = { GENAI_EXTPROC_LISTEN: await freePort(), GENAI_EXTPROC_ADMIN: await freePort() };
    const image = { ...environmentOf(runtime), ...onPorts('0.0.0.0', ports) };
    const options = { cwd: application, ...unprivileged() };
    const health = () =>
      spawnSync(process.execPath, healthCommand().slice(1), { ...options, env: image, encoding: 'utf8' });

    expect(health().status, 'nothing is listening yet').toBe(1);
    // a test stays on the loopback address; the health check asks where the image's own setting says
    const sidecar = startProcess([process.execPath, ...entryPoint().slice(1)], {
      ...options,
      env: { ...image, ...onPorts('127.0.0.1', ports) },
    });
    try {
      await eventually(
        () => (health().status === 0 ? true : undefined),
        () => failure(sidecar, health()),
      );
      expect(await sidecar.stop('SIGTERM')).toBe(0);
    } finally {
      sidecar.process.kill('SIGKILL');
    }
    expect(health().status, 'nothing is listening any more').toBe(1);
    expect(snapshot(application)).toEqual(before);
  }, 60_000);
});

function readLockedPackages(): Record<string, { dev?: boolean; optional?: boolean }> {
  return JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
}

function entryPoint(): string[] {
  return ['ENTRYPOINT', 'CMD'].flatMap((name) => execForm(lastInstruction(runtime, name)));
}

function healthCommand(): string[] {
  const text = lastInstruction(runtime, 'HEALTHCHECK') ?? '';
  return execForm(text.slice(text.indexOf('CMD ') + 'CMD '.length));
}

function onPorts(host: string, ports: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, `${host}:${port}`]));
}

/** The image's user, where this process may take it and that user may run this Node. */
function unprivileged(): { uid?: number; gid?: number } {
  const [uid, gid] = (lastInstruction(runtime, 'USER') ?? '').split(':').map(Number);
  if (process.getuid?.() !== 0 || uid === undefined || gid === undefined) return {};
  return spawnSync(process.execPath, ['--version'], { uid, gid }).status === 0 ? { uid, gid } : {};
}

function snapshot(directory: string): string[] {
  return listFiles(directory).map((path) => {
    const { size, mtimeMs } = statSync(join(directory, path));
    return `${path} ${size} ${mtimeMs}`;
  });
}

function failure(sidecar: RunningProcess, health: { stdout: string; stderr: string }): string {
  return `not healthy: ${health.stdout}${health.stderr}\nsidecar: ${sidecar.stdout()}${sidecar.stderr()}`;
}
