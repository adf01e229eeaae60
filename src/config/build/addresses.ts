import type { HostPort, ListenAddress } from '../settings.js';
import type { Values } from '../table/table.js';
import { workerAddresses } from '../worker-addresses.js';
import type { Judge } from './judge.js';

const MAX_PORT = 65_535;
/** What a unix socket address holds on Linux, without its closing zero byte. */
const MAX_SOCKET_PATH_BYTES = 107;

/** Every address can be had beside the others, as far as the settings alone can tell. */
export function judgeAddresses(values: Values, judge: Judge): void {
  const { GENAI_EXTPROC_LISTEN: listen, GENAI_EXTPROC_ADMIN: admin, GENAI_EXTPROC_WORKERS: workers } = values;
  const addresses = workerAddresses(listen, workers);
  if (listen.kind === 'unix') judgePaths(addresses, judge);
  else if (listen.port !== 0) judgePorts(listen, addresses.length, admin, judge);
}

function judgePaths(addresses: readonly ListenAddress[], judge: Judge): void {
  const last = addresses.at(-1);
  if (last?.kind !== 'unix' || addresses.length === 1 || Buffer.byteLength(last.path) <= MAX_SOCKET_PATH_BYTES) return;
  judge.refuse(
    'GENAI_EXTPROC_LISTEN',
    `makes ${last.path} of the last of ${addresses.length} workers, more than the ${MAX_SOCKET_PATH_BYTES} bytes that a unix socket takes`,
    'give it a shorter path',
    ['GENAI_EXTPROC_LISTEN', 'GENAI_EXTPROC_WORKERS'],
  );
}

function judgePorts(listen: HostPort, workers: number, admin: HostPort, judge: Judge): void {
  const { port: first } = listen;
  const last = first + workers - 1;
  if (last > MAX_PORT) {
    const remedy = `begin at port ${MAX_PORT - workers + 1} at most, or take fewer workers (GENAI_EXTPROC_WORKERS)`;
    judge.refuse('GENAI_EXTPROC_LISTEN', `makes ports ${first} to ${last} of ${workers} workers`, remedy, [
      'GENAI_EXTPROC_LISTEN',
      'GENAI_EXTPROC_WORKERS',
    ]);
    return;
  }
  if (!mayMeet(listen.host, admin.host, workers) || admin.port < first || admin.port > last) return;
  const all = ['GENAI_EXTPROC_LISTEN', 'GENAI_EXTPROC_ADMIN', 'GENAI_EXTPROC_WORKERS'] as const;
  if (workers === 1) {
    const name = judge.isGiven('GENAI_EXTPROC_ADMIN') ? 'GENAI_EXTPROC_ADMIN' : 'GENAI_EXTPROC_LISTEN';
    const reason = `is port ${first} for both the ext_proc service and the admin address`;
    judge.refuse(name, reason, 'give them different ports', all);
    return;
  }
  judge.refuse(
    'GENAI_EXTPROC_ADMIN',
    `has its port ${admin.port} among the ports ${first} to ${last} of ${workers} workers`,
    `choose one that is not one of them, such as ${elsewhere(first, last)}`,
    all,
  );
}

/** With one worker only what is surely the same is refused: the system tells of the rest when it binds. */
function mayMeet(host: string, adminHost: string, workers: number): boolean {
  if (host === adminHost) return true;
  return workers > 1 && [host, adminHost].some((one) => one === '0.0.0.0' || one === '::');
}

function elsewhere(first: number, last: number): number {
  return last < MAX_PORT ? last + 1 : first - 1;
}
