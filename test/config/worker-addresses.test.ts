import { describe, expect, test } from 'vitest';
import type { ListenAddress } from '../../src/config/settings.js';
import { workerAddresses } from '../../src/config/worker-addresses.js';

const unix = (path: string): ListenAddress => ({ kind: 'unix', path });
const tcp = (port: number, host = '127.0.0.1'): ListenAddress => ({ kind: 'tcp', host, port });

describe('where several processes listen', () => {
  test.each([
    ['one process', unix('/run/genai/ext.sock'), 1, [unix('/run/genai/ext.sock')]],
    ['one process on a port', tcp(1063), 1, [tcp(1063)]],
    ['a socket', unix('/run/genai/ext.sock'), 2, [unix('/run/genai/ext-0.sock'), unix('/run/genai/ext-1.sock')]],
    ['no ending', unix('/run/genai/ext'), 2, [unix('/run/genai/ext-0'), unix('/run/genai/ext-1')]],
    ['a dot in a folder', unix('/run/genai.d/ext'), 2, [unix('/run/genai.d/ext-0'), unix('/run/genai.d/ext-1')]],
    ['two endings', unix('/a/b.c.sock'), 2, [unix('/a/b.c-0.sock'), unix('/a/b.c-1.sock')]],
    ['ports', tcp(1063, '::1'), 3, [tcp(1063, '::1'), tcp(1064, '::1'), tcp(1065, '::1')]],
    ['ports that the system chooses', tcp(0), 2, [tcp(0), tcp(0)]],
  ])('%s', (_name, listen, workers, expected) => {
    expect(workerAddresses(listen, workers)).toEqual(expected);
  });
});
