import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const MODULE = new URL('../../scripts/lib/lock.mjs', import.meta.url).href;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'genai-extproc-lock-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that takes the lock, writes when it begins and ends its work, and works for a while. */
function worker(end: string): Promise<unknown> {
  const log = JSON.stringify(join(folder, 'log'));
  const program = `
    import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(MODULE)};
    await withLock(${JSON.stringify(join(folder, 'lock'))}, async () => {
      appendFileSync(${log}, 'begin\\n');
      await new Promise((resolve) => setTimeout(resolve, 150));
      appendFileSync(${log}, 'end\\n');
      ${end}
    });`;
  return promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
}

const log = () => readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');

test('one works at a time, whether it returns, fails or ends the process', async () => {
  const results = await Promise.allSettled([
    worker(''),
    worker('throw new Error("failed")'),
    worker('process.exit(3)'),
  ]);
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(log()).toEqual(['begin', 'end', 'begin', 'end', 'begin', 'end']);
  expect(readdirSync(join(folder, 'lock'))).toEqual([]);
});

test('the lock of a process that was killed counts for nothing', async () => {
  await worker('');
  writeFileSync(join(folder, 'lock', 'prepare.lock'), '999999999');
  await worker('');
  expect(log()).toHaveLength(4);
});
