import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** Packages whose versions the figures depend on, where they are installed. */
const PACKAGES = [
  '@grpc/grpc-js',
  '@grpc/proto-loader',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/sdk-trace',
  '@opentelemetry/otlp-transformer',
];

function versionsIn(root) {
  const files = PACKAGES.map((name) => [name, `${root}node_modules/${name}/package.json`]);
  return files
    .filter(([, file]) => existsSync(file))
    .map(([name, file]) => [name, JSON.parse(readFileSync(file, 'utf8')).version]);
}

function envoyVersion(envoy) {
  const { stdout } = spawnSync(envoy, ['--version'], { encoding: 'utf8' });
  const match = /version: ([0-9a-f]+)\/([^/]+)\//.exec(stdout ?? '');
  if (match === null) throw new Error(`${envoy} --version does not answer as Envoy does`);
  return `${match[2]} (${match[1].slice(0, 12)})`;
}

/** What the figures were taken on: names and values for the table. */
export function describeMachine({ root, envoy }) {
  const processors = cpus();
  const own = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  return [
    ['CPU', `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}`],
    ['Memory', `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
    ['System', `${type()} ${release()}`],
    ['Load average at the start', loadavg()[0].toFixed(2)],
    ['Node', process.version],
    ['Envoy', `${envoyVersion(envoy)}, --concurrency 1`],
    [own.name, own.version],
    ...versionsIn(root),
  ];
}
