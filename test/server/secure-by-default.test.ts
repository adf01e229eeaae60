import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSettings } from '../../src/config/parse-settings.js';
import { buildProgram, type SidecarProcess, startSidecarProcess } from '../support/sidecar-process.js';

/** Settings as they are when nobody says anything but this. */
function settingsOf(env: Record<string, string>) {
  const parsed = parseSettings({ argv: [], env, readFile: () => '' });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.settings;
}

describe('without a setting', () => {
  const settings = settingsOf({});

  test('both ports are on the loopback address', () => {
    expect([settings.listen, settings.admin]).toEqual([
      { kind: 'tcp', host: '127.0.0.1', port: 1063 },
      { host: '127.0.0.1', port: 1064 },
    ]);
  });

  test('nothing is exported anywhere, and the log is not the debug log', () => {
    const { traces, metrics, logs, debug } = settings;
    expect([traces.exporters, metrics.exporters, logs.exporters, debug]).toEqual([['none'], ['none'], ['none'], false]);
  });

  test('another address comes from the two settings alone', () => {
    const told = settingsOf({ GENAI_EXTPROC_LISTEN: '0.0.0.0:7', GENAI_EXTPROC_ADMIN: '[::]:8' });
    expect([told.listen, told.admin]).toMatchObject([{ host: '0.0.0.0' }, { host: '::' }]);
    const others = settingsOf({
      HOST: '0.0.0.0',
      PORT: '80',
      HOSTNAME: 'public',
      POD_IP: '10.0.0.1',
      NODE_ENV: 'development',
    });
    expect([others.listen, others.admin]).toEqual([settings.listen, settings.admin]);
  });
});

describe('the program', () => {
  let sidecar: SidecarProcess;

  beforeAll(async () => {
    buildProgram();
    sidecar = await startSidecarProcess();
  }, 120_000);
  afterAll(() => sidecar.stop('SIGKILL'));

  test('listens on two loopback ports and nowhere else', () => {
    expect(listeningAddresses(sidecar.process.pid!)).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  test('opens no debugger when a signal asks for one, and goes on', async () => {
    sidecar.process.kill('SIGUSR1');
    await wait(500);
    expect(listeningAddresses(sidecar.process.pid!)).toHaveLength(2);
    expect(sidecar.stderr()).not.toContain('Debugger');
    expect((await fetch(`${sidecar.adminUrl}/health`)).status).toBe(200);
  });

  test.each([
    ...['/', '/debug', '/debug/pprof/', '/debug/pprof/heap', '/debug/vars', '/json', '/json/list', '/json/version'],
    ...[
      '/config',
      '/config_dump',
      '/env',
      '/environment',
      '/settings',
      '/quitquitquit',
      '/shutdown',
      '/restart',
      '/logging',
    ],
    ...['/heapdump', '/heap', '/profile', '/trace', '/spans', '/calls', '/admin', '/api', '/v1/traces', '/favicon.ico'],
    ...['/metrics/', '/metrics/..%2fconfig', '/health/../env', '//metrics', '/%6detrics', '/../../etc/passwd', '/.env'],
  ])('%s on the admin port is nothing', async (path) => {
    const response = await fetch(`${sidecar.adminUrl}${path}`);
    // what the client itself makes of `..` is the page of that name
    expect([response.status, await response.text()]).toEqual([404, 'there are /health and /metrics\n']);
  });

  test('the admin port changes nothing: every method but GET and HEAD is refused', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      expect((await fetch(`${sidecar.adminUrl}/metrics`, { method })).status).toBe(405);
    }
  });

  test('tells no setting on /metrics: neither values nor the environment', async () => {
    const page = await (await fetch(`${sidecar.adminUrl}/metrics`)).text();
    expect(page).toContain('genai_extproc_build_info');
    expect(page).not.toContain(process.env['PATH']!);
    expect(page).not.toContain(process.cwd());
  });
});

/** The IPv4 addresses (or the whole hexadecimal one of IPv6) on which a process listens, from /proc. */
function listeningAddresses(pid: number): string[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1] ?? [];
      } catch {
        return []; // closed in between
      }
    }),
  );
  const LISTEN = '0A';
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === LISTEN && inodes.has(inode!))
    .map(([, local = '']) => {
      const [address = ''] = local.split(':');
      return address.length === 8 ? [...Buffer.from(address, 'hex')].reverse().join('.') : address;
    });
}
