import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startChild } from '../../src/up/child-process.js';

const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-child-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what it prints and how it ends are known', async () => {
  const path = join(folder, 'printed');
  const descriptor = openSync(path, 'w');
  const child = startChild('/bin/sh', ['-c', 'echo "$1"; exit 7', 'sh', "it's $HOME"], { stdout: descriptor });
  closeSync(descriptor);
  expect(await child.exited).toEqual({ code: 7, signal: null });
  expect(readFileSync(path, 'utf8')).toBe("it's $HOME\n");
});

test('a command that does not exist exits with 127', async () => {
  expect(await startChild('/nowhere/program', []).exited).toEqual({ code: 127, signal: null });
});

test('stop asks first, then makes it end, children included', async () => {
  const deaf = startChild('/bin/sh', ['-c', 'trap "" TERM; echo; sleep 60 & wait; sleep 60']);
  const polite = startChild('sleep', ['60']);
  await polite.stop();
  expect(await polite.exited).toEqual({ code: null, signal: 'SIGTERM' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await deaf.stop(200);
  expect(await deaf.exited).toEqual({ code: null, signal: 'SIGKILL' });
  await polite.stop();
});
