import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Document, isNode, isScalar, parseDocument, visit, type YAMLMap } from 'yaml';
import type { EnvoyMode, HostPort, ListenAddress } from '../config/settings.js';
import { ENVOY_TYPES, flow, mapAt, named, seqAt, setEndpoints, socketAddress } from './envoy-document.js';
import { changeMode } from './envoy-modes.js';
import { reach, routeTo } from './envoy-upstream.js';
import type { Upstream } from './upstream.js';

const RECOMMENDED = fileURLToPath(new URL('../../envoy.yaml', import.meta.url));
/** Where the sidecar is by default, as the head of envoy.yaml has it. */
const STANDARD = '127.0.0.1:1063';
const NAMESPACE = 'io.envoy.ai_gateway';

export interface EnvoyConfigOptions {
  /** How Envoy shows the calls; absent: inline. */
  mode?: EnvoyMode | undefined;
  /** Where clients come in. Hosts that Envoy listens on are IP addresses. */
  listener: HostPort;
  /** Absent: as in the recommended configuration. Port 0 takes a free one. */
  admin?: HostPort | undefined;
  /** Where the sidecar is: each of its workers, one at least. Calls are balanced among them. */
  sidecars: readonly ListenAddress[];
  /** Absent: as in the recommended configuration, an Ollama on this machine. */
  upstream?: Upstream | undefined;
  /** The namespace of the dynamic metadata; absent: the recommended one. */
  namespace?: string | undefined;
  /** A file for the access log; absent: stdout, as in the recommended configuration. */
  accessLog?: string | undefined;
  /** Nobody else may listen where clients come in; without it a second Envoy would take half of the connections and say nothing. */
  exclusive?: boolean | undefined;
}

/**
 * Envoy's configuration for one place: the recommended envoy.yaml of this package, comments and all, with the addresses put in, the parts
 * of another mode exchanged, and nothing else changed. YAML text. Throws when envoy.yaml is not there or lacks a part that is named here.
 */
export function createEnvoyConfig(options: EnvoyConfigOptions): string {
  const document = parseDocument(readFileSync(RECOMMENDED, 'utf8'));
  const { mode = 'inline', upstream, admin, accessLog, namespace = NAMESPACE } = options;
  const listener = named(seqAt(document.contents, ['static_resources', 'listeners']), 'llm');
  const clusters = seqAt(document.contents, ['static_resources', 'clusters']);
  const manager = mapAt(listener, ['filter_chains', 0, 'filters', 0, 'typed_config']);
  if (mode !== 'inline') changeMode(document, manager, mode);
  if (admin) mapAt(document.contents, ['admin']).set('address', flow(document, socketAddress(admin)));
  listener.set('address', flow(document, socketAddress(options.listener)));
  if (options.exclusive) listener.set('enable_reuse_port', false);
  if (accessLog !== undefined) writeAccessLogTo(accessLog, manager);
  setSidecars(document, named(clusters, 'genai_sidecar'), options.sidecars);
  if (upstream) {
    routeTo(document, upstream, seqAt(manager, ['route_config', 'virtual_hosts', 0, 'routes']));
    reach(document, upstream, clusters);
  }
  describePlace(document, options);
  if (namespace !== NAMESPACE) rename(document, namespace);
  return document.toString({ lineWidth: 0, indentSeq: false });
}

function writeAccessLogTo(path: string, manager: YAMLMap): void {
  const log = mapAt(manager, ['access_log', 0]);
  log.set('name', 'envoy.access_loggers.file');
  const settings = mapAt(log, ['typed_config']);
  settings.set('@type', `${ENVOY_TYPES}.access_loggers.file.v3.FileAccessLog`);
  settings.set('path', path);
}

function setSidecars(document: Document, cluster: YAMLMap, sidecars: readonly ListenAddress[]): void {
  const endpoints = seqAt(cluster, ['load_assignment', 'endpoints']);
  // it says how to write a unix socket
  if (sidecars.length > 1 || sidecars[0]?.kind === 'unix') endpoints.commentBefore = null;
  setEndpoints(document, cluster, sidecars.map(sidecarAddress));
}

function sidecarAddress(sidecar: ListenAddress): object {
  return sidecar.kind === 'unix' ? { pipe: { path: sidecar.path } } : socketAddress(reachable(sidecar));
}

/** A wildcard is an address to listen on, not one to connect to. */
function reachable({ host, port }: HostPort): HostPort {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return host === '::' ? { host: '::1', port } : { host, port };
}

/** The picture at the top, by the addresses that are in it. */
function describePlace(document: Document, { listener, sidecars, upstream }: EnvoyConfigOptions): void {
  const [first] = sidecars as [ListenAddress];
  const sidecar = first.kind === 'unix' ? first.path : formatHostPort(reachable(first));
  const others = sidecars.length > 1 ? ` and ${sidecars.length - 1} more` : '';
  const head = (document.commentBefore ?? '')
    .replace('127.0.0.1:1975', formatHostPort(listener))
    .replace(STANDARD, sidecar + others)
    .replace('`genai-extproc serve`', `$&${sidecar + others === STANDARD ? '' : ', with the same settings'}`);
  document.commentBefore = upstream
    ? head
        .replace('──▶ LLM provider', `──▶ ${upstream.hostHeader ?? formatHostPort(upstream)}`)
        .replace(/\n Make it yours: [^\n]*/u, '')
    : head;
}

function formatHostPort({ host, port }: HostPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Puts another namespace everywhere, in comments too. */
function rename(document: Document, namespace: string): void {
  const renamed = (text: string) => text.replaceAll(NAMESPACE, namespace);
  visit(document, {
    Node(_key, node) {
      if (node.commentBefore) node.commentBefore = renamed(node.commentBefore);
      if (isScalar(node) && typeof node.value === 'string') node.value = renamed(node.value);
    },
    Pair(_key, { key }) {
      if (isNode(key) && key.commentBefore) key.commentBefore = renamed(key.commentBefore);
    },
  });
}
