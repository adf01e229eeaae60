import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { HostPort } from '../config/settings.js';

/** Where a part of a configuration is: keys of maps and indexes of lists. */
type Path = readonly (string | number)[];

/** The beginning of the type URLs of Envoy's extensions. */
export const ENVOY_TYPES = 'type.googleapis.com/envoy.extensions';

/** The map at a path. Throws when there is none. */
export function mapAt(node: unknown, path: Path): YAMLMap {
  const found = nodeAt(node, path);
  if (!isMap(found)) throw new Error(`envoy.yaml: ${path.join('.')} is no map.`);
  return found;
}

/** The list at a path. Throws when there is none. */
export function seqAt(node: unknown, path: Path): YAMLSeq {
  const found = nodeAt(node, path);
  if (!isSeq(found)) throw new Error(`envoy.yaml: ${path.join('.')} is no list.`);
  return found;
}

/** The map in a list that has this `name`. Throws when there is none. */
export function named(list: YAMLSeq, name: string): YAMLMap {
  const found = list.items.find((item) => isMap(item) && item.get('name') === name);
  if (!isMap(found)) throw new Error(`envoy.yaml: nothing is named ${name}.`);
  return found;
}

/** A key of a map with its value. Throws when there is none. */
export function pairOf(map: YAMLMap, name: string): Pair<Scalar, unknown> {
  const pair = map.items.find(({ key }) => isScalar(key) && key.value === name);
  if (!pair) throw new Error(`envoy.yaml: nothing is named ${name}.`);
  return pair as Pair<Scalar, unknown>;
}

/** A key of a map: the comment above a pair is its key's. Throws when there is none. */
export function keyOf(map: YAMLMap, name: string): Scalar {
  const { key } = pairOf(map, name);
  if (isScalar(key)) return key;
  throw new Error(`envoy.yaml: ${name} is no key.`);
}

/** A new key of a map with its value and the comment above it, in front of another key or at the end. */
export function put(
  document: Document,
  map: YAMLMap,
  name: string,
  value: unknown,
  { comment, before }: { comment?: string; before?: string } = {},
): void {
  const pair = document.createPair(name, value);
  if (comment !== undefined && isScalar(pair.key)) pair.key.commentBefore = comment;
  const at = before === undefined ? map.items.length : map.items.indexOf(pairOf(map, before));
  map.items.splice(at, 0, pair);
}

/** A value in one line. */
export function flow(document: Document, value: object): Node {
  return document.createNode(value, { flow: true });
}

/** How Envoy writes a TCP address. */
export function socketAddress({ host, port }: HostPort): object {
  return { socket_address: { address: host, port_value: port } };
}

/** Puts the addresses into a cluster, in place of those that are there. */
export function setEndpoints(document: Document, cluster: YAMLMap, addresses: readonly object[]): void {
  const locality = mapAt(cluster, ['load_assignment', 'endpoints', 0]);
  const endpoints = document.createNode(addresses.map(() => ({ endpoint: null }))) as YAMLSeq<YAMLMap>;
  for (const [index, address] of addresses.entries()) {
    endpoints.items[index]?.set('endpoint', flow(document, { address }));
  }
  locality.set('lb_endpoints', endpoints);
}

function nodeAt(node: unknown, path: Path): Node | undefined {
  let at: unknown = node;
  for (const key of path) {
    if (!isMap(at) && !isSeq(at)) return undefined;
    at = at.get(key, true);
  }
  return isNode(at) ? at : undefined;
}
