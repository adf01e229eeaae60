import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Settings } from '../../src/config/settings.js';
import { runUp, type UpOptions } from '../../src/up/run-up.js';
import { freePort, isFree } from '../support/ports.js';

/** The settings that `up` reads. */
async function settingsFor(changes: Partial<Settings['up']> = {}): Promise<Settings> {
  const at = async () => ({ host: '127.0.0.1', port: await freePort() });
  return {
    listen: { kind: 'tcp', ...(await at()) },
    admin: await at(),
    debug: false,
    sdkDisabled: false,
    traces: { exporters: ['none'] },
    up: { gateway: await at(), upstream: 'simulated', ...changes },
  } as unknown as Settings;
}

/** A run of `up` whose sidecar does nothing; what it prints is kept. */
function startRun(settings: Settings, changes: Partial<UpOptions> = {}) {
  const printed = { out: '', err: '' };
  const closed = { sidecar: false };
  const screen = (stream: 'out' | 'err') => ({
    write(text: string) {
      printed[stream] += text;
      return true;
    },
  });
  const stdout = Object.assign(new EventEmitter(), screen('out'));
  const stderr = screen('err');
  const startSidecar = async () => ({
    close: async () => {
      closed.sidecar = true;
    },
  });
  const code = runUp({ settings, env: process.env, startSidecar, stdout, stderr, ...changes } as UpOptions);
  return {
    printed,
    closed,
    code,
    /** As when the reader of our output goes away. */
    stop: () => stdout.emit('error', new Error('EPIPE')),
    async untilReady() {
      while (!printed.out.includes('Calls appear here')) {
        if ((await Promise.race([code, new Promise((resolve) => setTimeout(resolve, 20))])) !== undefined) {
          throw new Error(`up ended early: ${printed.err}`);
        }
      }
    },
  };
}

describe('up', () => {
  test('prints where things are, serves calls through Envoy, and leaves nothing behind', async () => {
    const settings = await settingsFor();
    const run = startRun(settings);
    await run.untilReady();
    const gateway = `http://127.0.0.1:${settings.up.gateway.port}`;
    expect(run.printed.out).toContain(gateway);
    expect(run.printed.out).toContain('a simulated model');
    expect(run.printed.out).toContain(`http://127.0.0.1:${settings.admin.port}/metrics`);
    expect(run.printed.out).toContain('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
    const accessLog = /Access log\s+(\S+)/.exec(run.printed.out)?.[1] ?? '';
    const envoyAdmin = /Envoy admin\s+(\S+)/.exec(run.printed.out)?.[1] ?? '';

    const pasted = /curl -N (\S+) .+? -d '([^']+)'/su.exec(run.printed.out);
    const response = await fetch(pasted?.[1] ?? '', { method: 'POST', body: pasted?.[2] ?? '' });
    expect(await response.text()).toContain('data: [DONE]');
    expect((await fetch(`${envoyAdmin}/ready`)).status).toBe(200);
    expect(existsSync(accessLog)).toBe(true);

    run.stop();
    expect(await run.code).toBe(0);
    expect(run.closed.sidecar).toBe(true);
    expect(existsSync(accessLog)).toBe(false);
    expect(await isFree(settings.up.gateway.port)).toBe(true);
    await expect(fetch(`${envoyAdmin}/ready`)).rejects.toThrow();
  });

  test.each(['gateway', 'admin', 'listen'] as const)(
    'a port in use names the port and the setting: %s',
    async (which) => {
      const settings = await settingsFor();
      const address = which === 'gateway' ? settings.up.gateway : settings[which];
      const { port } = address as { port: number };
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      const run = startRun(settings);
      expect(await run.code).toBe(1);
      server.close();
      expect(run.printed.err).toBe(
        `\nerror ${which.toUpperCase()}_FAILED: port ${port} on 127.0.0.1 is in use. ` +
          'Stop what listens there, or take another.\n' +
          `  change it with GENAI_EXTPROC_${which.toUpperCase()} (--${which})\n`,
      );
      expect(run.printed.out).toBe('');
    },
  );

  test('our own address as --upstream is an error', async () => {
    const settings = await settingsFor();
    settings.up.upstream = `http://localhost:${settings.up.gateway.port}/v1`;
    const run = startRun(settings);
    expect(await run.code).toBe(1);
    expect(run.printed.err).toContain('this gateway itself');
  });

  test('an ENVOY_BIN that does not run is an error', async () => {
    const run = startRun(await settingsFor(), { env: { ...process.env, ENVOY_BIN: '/nowhere/envoy' } });
    expect(await run.code).toBe(1);
    expect(run.printed.err).toMatch(/ENVOY_BIN: \/nowhere\/envoy does not run .* or unset it/);
  });

  test('a sidecar that does not start ends everything that was started', async () => {
    const startSidecar = async () => {
      throw new Error('the sidecar says why');
    };
    const run = startRun(await settingsFor(), { startSidecar });
    expect(await run.code).toBe(1);
    expect(run.printed.err).toBe('\nerror: the sidecar says why\n');
  });

  test('an Envoy that dies is told, with its last words, and ends the run', async () => {
    const run = startRun(await settingsFor());
    await run.untilReady();
    const envoyAdmin = /Envoy admin\s+(\S+)/.exec(run.printed.out)?.[1] ?? '';
    await fetch(`${envoyAdmin}/quitquitquit`, { method: 'POST' });
    expect(await run.code).toBe(1);
    expect(run.printed.err).toContain('Envoy died (exit code 0).');
    expect(run.closed.sidecar).toBe(true);
  });
});
