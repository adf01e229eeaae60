import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { HostPort, ListenAddress, Settings } from '../config/settings.js';
import { workerAddresses } from '../config/worker-addresses.js';
import { AppError } from '../util/errors.js';
import { findCaBundle } from './ca-bundle.js';
import { chooseUpstream } from './choose-upstream.js';
import { createEnvoyConfig } from './envoy-config.js';
import type { Upstream } from './upstream.js';

const LISTEN = 'GENAI_EXTPROC_LISTEN (--listen)';
const GATEWAY = 'GENAI_EXTPROC_GATEWAY (--gateway)';
const UPSTREAM = 'GENAI_EXTPROC_UPSTREAM (--upstream)';

/**
 * The command `envoy-config`: Envoy's configuration for a sidecar that is started with these settings, as YAML. Rejects with the setting and
 * the remedy where an address cannot stand in a file.
 */
export async function printEnvoyConfig(settings: Settings, env: NodeJS.ProcessEnv): Promise<string> {
  const { gateway, mode } = settings.up;
  const sidecars = workerAddresses(await reachableListen(settings.listen), settings.workers);
  return createEnvoyConfig({
    mode,
    listener: await numeric(gateway, GATEWAY),
    sidecars,
    upstream: await chosenUpstream(settings, env),
    namespace: settings.metadataNamespace,
  });
}

async function reachableListen(listen: ListenAddress): Promise<ListenAddress> {
  if (listen.kind === 'unix') return listen;
  if (listen.port === 0) {
    throw new AppError('SETTINGS_INVALID', 'port 0 is chosen when the sidecar starts, so no file can name it', LISTEN);
  }
  return { kind: 'tcp', ...(await numeric(listen, LISTEN)) };
}

/** Envoy listens on addresses and, in a cluster like the sidecar's, connects to addresses. */
async function numeric({ host, port }: HostPort, setting: string): Promise<HostPort> {
  if (isIP(host) !== 0) return { host, port };
  const { address } = await lookup(host).catch((error: unknown) => {
    throw AppError.from('SETTINGS_INVALID', error, `${host} is no name that this machine can resolve`, setting);
  });
  return { host: address, port };
}

/** `undefined` without a setting: the file says what to put there. */
async function chosenUpstream(settings: Settings, env: NodeJS.ProcessEnv): Promise<Upstream | undefined> {
  const { upstream, gateway } = settings.up;
  if (upstream === undefined) return undefined;
  const { choice } = await chooseUpstream({
    upstream,
    gateway,
    ollamaAnswers: () => Promise.resolve(false),
    trustedCa: () => findCaBundle(env),
  });
  if (choice.kind === 'url') return choice.upstream;
  throw new AppError(
    'UPSTREAM_INVALID',
    `${choice.kind} is a model that only the command up starts; give a URL`,
    UPSTREAM,
  );
}
