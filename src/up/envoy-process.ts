import { closeSync, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../util/errors.js';
import { type ChildExit, startChild } from './child-process.js';
import { answers, waitUntil } from './readiness.js';

const READY_MILLIS = 20_000;
const LOG_LINES = 12;

/** A running Envoy whose listeners accept. */
export interface EnvoyProcess {
  /** On the admin address of its configuration. */
  adminPort: number;
  /** `http://HOST:PORT` of the admin interface. */
  adminUrl: string;
  /** What it writes on stdout (access logs to stdout arrive here). */
  stdoutPath: string;
  /** Its own log. */
  logPath: string;
  exited: Promise<ChildExit>;
  /** The end of its own log, for people. */
  lastWords(): Promise<string>;
  close(): Promise<void>;
}

export interface EnvoyOptions {
  binary: string;
  /** YAML. Its admin port may be 0. */
  config: string;
  /** An existing folder of its own, for its configuration and its logs. */
  folder: string;
  concurrency: number;
}

/** Starts Envoy and waits until it is ready. Rejects with the end of its log when it does not come up. */
export async function startEnvoyProcess(options: EnvoyOptions): Promise<EnvoyProcess> {
  const { folder } = options;
  const configPath = join(folder, 'envoy.yaml');
  const addressPath = join(folder, 'admin-address');
  const stdoutPath = join(folder, 'stdout.log');
  const logPath = join(folder, 'envoy.log');
  await writeFile(configPath, options.config);
  const stdout = openSync(stdoutPath, 'w');
  const stderr = openSync(logPath, 'w');
  // no hot restart: its shared memory would need an id that no other Envoy on this machine has
  const parameters = ['-c', configPath, '--concurrency', String(options.concurrency), '--disable-hot-restart'];
  parameters.push('--admin-address-path', addressPath, '--file-flush-interval-msec', '100');
  const child = startChild(options.binary, parameters, { stdout, stderr });
  closeSync(stdout);
  closeSync(stderr);
  const lastWords = async () => {
    const lines = (await readFile(logPath, 'utf8')).trimEnd().split('\n');
    const telling = lines.filter((line) => !/\]\[(?:info|debug|trace)\]/u.test(line));
    return (telling.length > 0 ? telling : lines).slice(-LOG_LINES).join('\n');
  };
  try {
    const address = await untilReady(addressPath, child.exited);
    return {
      adminPort: Number(address.slice(address.lastIndexOf(':') + 1)),
      adminUrl: `http://${address}`,
      stdoutPath,
      logPath,
      exited: child.exited,
      lastWords,
      close: () => child.stop(),
    };
  } catch (error) {
    await child.stop();
    throw new AppError('ENVOY_FAILED', `Envoy did not start: ${(error as Error).message}\n${await lastWords()}`);
  }
}

/** The admin address, once Envoy says that it is ready. */
async function untilReady(addressPath: string, exited: Promise<ChildExit>): Promise<string> {
  let address = '';
  const ready = async () => {
    address = await readFile(addressPath, 'utf8').catch(() => '');
    return address !== '' && (await answers(`http://${address}/ready`, 1000));
  };
  await waitUntil(ready, exited, READY_MILLIS);
  return address;
}
