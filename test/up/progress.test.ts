import { expect, test, vi } from 'vitest';
import { createProgress } from '../../src/up/progress.js';

function screen(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string) => {
    written.push(text);
    return true;
  };
  return { written, isTTY, write: write as NodeJS.WriteStream['write'] };
}

test('in a log: a line at the start, a line at the end', async () => {
  const log = screen(false);
  expect(await createProgress(log).during('Fetching', Promise.resolve(5))).toBe(5);
  expect(log.written).toEqual(['Fetching …\n', '  done in 0 s\n']);
});

test('on a terminal: one line that counts, written over', async () => {
  vi.useFakeTimers();
  const terminal = screen(true);
  const work = createProgress(terminal).during('Fetching', new Promise((resolve) => setTimeout(resolve, 1100)));
  await vi.advanceTimersByTimeAsync(1100);
  await work;
  vi.useRealTimers();
  const shown = terminal.written.map((text) => text.replace('\r\u001B[K', '<'));
  expect(shown).toEqual([
    '<Fetching … 0 s',
    '<Fetching … 1 s',
    '<Fetching … 1 s',
    '<Fetching … 1 s',
    '<Fetching: done in 1 s\n',
  ]);
});

test('a failure is told and passed on', async () => {
  const log = screen(false);
  await expect(createProgress(log).during('Fetching', Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(log.written.at(-1)).toBe('  failed after 0 s\n');
});
