import { expect, test } from 'vitest';
import { createWindowedWarning } from '../../src/util/log-window.js';

test('one line per kind and window; the next says how many were held back', () => {
  const lines: [object, string][] = [];
  const nothing = () => {};
  let time = 0;
  const warn = createWindowedWarning(
    { debug: nothing, info: nothing, warn: (...line) => void lines.push(line), error: nothing },
    () => time,
  );
  warn('full', { spans: 1 }, 'queue is full');
  warn('full', { spans: 2 }, 'queue is full');
  warn('other', {}, 'something else');
  time = 59_999;
  warn('full', { spans: 3 }, 'queue is full');
  time = 60_000;
  warn('full', { spans: 4 }, 'queue is full');
  expect(lines).toEqual([
    [{ spans: 1 }, 'queue is full'],
    [{}, 'something else'],
    [{ spans: 4, suppressed: 2 }, 'queue is full'],
  ]);
});
