import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { envoyConfiguration, readRecommended } from './envoy-config.mjs';
import { answers, freePorts } from './processes.mjs';
import { startTarget } from './start-target.mjs';
import { TARGETS } from './targets.mjs';

/** The filters of a target: those of its own configuration, or of the one that the run is about. */
function filtersOf(name, envoyFile) {
  const { envoyConfig } = TARGETS[name];
  return readRecommended(readFileSync(envoyConfig === undefined ? envoyFile : `${bench}../${envoyConfig}`, 'utf8'));
}

const bench = fileURLToPath(new URL('../', import.meta.url));

/**
 * Starts everything a run needs: upstream, sink, load generator, the process behind each target and one Envoy before them.
 * All processes share the machine's cores; none is pinned.
 */
export async function buildStage({ processes, envoy, envoyFile, folder, targetNames, profileFolder, otherFolder }) {
  const upstream = await processes.fork('upstream', `${bench}upstream.mjs`);
  const sink = await processes.fork('sink', `${bench}sink.mjs`);
  const idle = await processes.fork('idle-streams', `${bench}idle-streams.mjs`);
  const load = await processes.fork('load', `${bench}load.mjs`);
  const [envoyAdminPort] = await freePorts(1);

  const targets = new Map();
  for (const name of targetNames) {
    const [port, adminPort, ...extProcPorts] = await freePorts(2 + (TARGETS[name].workers ?? 1));
    const observed =
      name === 'none'
        ? undefined
        : await startTarget({
            name,
            processes,
            folder,
            extProcPorts,
            adminPort,
            sinkPort: sink.hello.port,
            profileFolder,
            otherFolder,
          });
    targets.set(name, {
      name,
      port,
      ...(observed === undefined ? {} : { extProcPorts, recommended: filtersOf(name, envoyFile) }),
      observed,
      accessLogPath: `${folder}/${name}-access.jsonl`,
      calls: 0,
      wrong: 0,
      missing: 0,
      failures: 0,
      problems: [],
    });
  }

  const configurationFile = `${folder}/envoy.json`;
  const configuration = envoyConfiguration({
    adminPort: envoyAdminPort,
    upstreamPort: upstream.hello.port,
    idleUpstreamPort: idle.hello.port,
    targets: [...targets.values()],
  });
  writeFileSync(configurationFile, JSON.stringify(configuration, undefined, 2));
  const envoyArguments = ['-c', configurationFile, '--concurrency', '1', '--use-dynamic-base-id', '-l', 'warn'];
  const envoyProcess = await processes.start(
    'envoy',
    envoy,
    [...envoyArguments, '--file-flush-interval-msec', '200'],
    process.env,
    () => answers(`http://127.0.0.1:${envoyAdminPort}/ready`),
  );
  return { targets, load, idle, sink, envoyPid: envoyProcess.pid, envoyAdminPort };
}
