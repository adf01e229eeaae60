import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** One service of a compose file, as far as these tests read it. */
export interface Service {
  image: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  read_only?: boolean;
}

/** A compose file, as far as these tests read it. */
export interface ComposeFile {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

/** Reads a compose file, with the defaults of its `${NAME:-default}` variables filled in. */
export function readComposeFile(path: string): ComposeFile {
  return parse(readFileSync(path, 'utf8').replace(/\$\{\w+:-([^}]*)\}/g, '$1')) as ComposeFile;
}

/** One published port, `host:hostPort:containerPort`. */
export function publishedPorts(service: Service): { host: string; outside: number; inside: number }[] {
  return (service.ports ?? []).map((text) => {
    const [host = '', outside, inside] = text.split(':');
    return { host, outside: Number(outside), inside: Number(inside) };
  });
}
