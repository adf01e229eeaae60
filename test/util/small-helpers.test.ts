import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createClock } from '../../src/util/clock.js';
import { COUNTER_NAMES, Counters } from '../../src/util/counters.js';
import { createDeferred } from '../../src/util/deferred.js';
import { AppError, formatError } from '../../src/util/errors.js';
import { boundedText } from '../../src/util/text.js';

describe('deferred work', () => {
  test('runs on a later turn, in order, and an error stops nothing', async () => {
    const done: unknown[] = [];
    const deferred = createDeferred((error) => done.push(error));
    deferred.defer(() => done.push(1));
    deferred.defer(() => {
      throw 'oops';
    });
    deferred.defer(() => {
      done.push(2);
      deferred.defer(() => done.push(3));
    });
    expect(done).toEqual([]);
    await expect.poll(() => done.length).toBe(4);
    expect(done).toEqual([1, 'oops', 2, 3]);
  });

  test('runs at once when it is flushed, what it defers itself too, and not again', async () => {
    const done: number[] = [];
    const deferred = createDeferred(() => undefined);
    deferred.defer(() => {
      done.push(1);
      deferred.defer(() => done.push(2));
    });
    deferred.flush();
    expect(done).toEqual([1, 2]);
    await sleep(20);
    expect(done).toEqual([1, 2]);
  });

  test('lets the event loop take its turn between slices', async () => {
    const done: string[] = [];
    const deferred = createDeferred(() => undefined);
    const work = () => {
      for (const begin = performance.now(); performance.now() - begin < 3; );
      if (done.length === 0) setImmediate(() => done.push('a message'));
      done.push('work');
    };
    for (let count = 0; count < 4; count += 1) deferred.defer(work);
    await expect.poll(() => done.length).toBe(5);
    expect(done.indexOf('a message')).toBeLessThan(3);
  });

  test('does not let work pile up: beyond a number or a size the oldest is done at once', () => {
    for (const [count, bytes] of [
      [20_000, 0],
      [5, 8 * 1024 * 1024],
    ] as const) {
      let done = 0;
      const deferred = createDeferred(() => undefined);
      for (let index = 0; index < count; index += 1)
        deferred.defer(() => {
          done += 1;
        }, bytes);
      expect(count - done).toBe(count === 5 ? 4 : 16_384);
      deferred.flush();
      expect(done).toBe(count);
    }
  });

  test('of a thousand calls that end together gives way to messages every few milliseconds', async () => {
    const deferred = createDeferred(() => undefined);
    let done = 0;
    let turns = 0;
    let over = false;
    const count = () => {
      turns += 1;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    const begin = performance.now();
    for (let index = 0; index < 1_000; index += 1) {
      deferred.defer(() => {
        for (const from = performance.now(); performance.now() - from < 0.1; );
        done += 1;
      });
    }
    expect(done).toBe(0);
    expect(performance.now() - begin).toBeLessThan(90);
    await expect.poll(() => done, { timeout: 10_000 }).toBe(1_000);
    over = true;
    // 100 ms of work in slices of 4
    expect(turns).toBeGreaterThan(15);
  });

  test('lets go of what was done, also in a queue that is never empty', async () => {
    const deferred = createDeferred(() => undefined);
    let over = false;
    const again = () => {
      if (!over) deferred.defer(again);
    };
    // two: while the one runs the other waits
    again();
    again();
    let kept = 0;
    const registry = new FinalizationRegistry(() => {
      kept -= 1;
    });
    let done = 0;
    for (let index = 0; index < 5_000; index += 1) {
      const work = () => {
        done += 1;
      };
      kept += 1;
      registry.register(work, undefined);
      deferred.defer(work);
    }
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await expect.poll(() => done, { timeout: 10_000 }).toBe(5_000);
    await expect
      .poll(() => {
        collect();
        return kept;
      })
      .toBeLessThan(1_100);
    over = true;
  });
});

describe('the clock', () => {
  test('has fractions, never runs far from the wall, and follows it when it is set', () => {
    const wall = vi.spyOn(Date, 'now');
    const clock = createClock();
    const real = performance.timeOrigin + performance.now();
    wall.mockReturnValue(Math.floor(real));
    expect(Math.abs(clock.wallTime() - real)).toBeLessThan(50);
    wall.mockReturnValue(real + 3_600_000);
    expect(Math.abs(clock.wallTime() - real - 3_600_000)).toBeLessThan(50);
    wall.mockRestore();
    const before = clock.now();
    expect(clock.now()).toBeGreaterThanOrEqual(before);
  });
});

describe('texts for protobuf and for lines', () => {
  test('are short, well-formed and without control characters, whatever they were', () => {
    fc.assert(
      fc.property(
        fc
          .array(fc.constantFrom('a', 'ü', '🙂', '\ud83d', '\ude42', '\u0000', '\n', '\u007f', '\u0085'))
          .map((parts) => parts.join('')),
        fc.nat(20),
        (text, limit) => {
          const bounded = boundedText(text, limit);
          expect(bounded.length).toBeLessThanOrEqual(limit);
          expect(bounded.isWellFormed()).toBe(true);
          expect(['\u0000', '\n', '\u007f'].some((control) => bounded.includes(control))).toBe(false);
        },
      ),
      { seed: 24 },
    );
    expect(boundedText('Köln 🙂', 100)).toBe('Köln 🙂');
    expect(boundedText('a🙂', 2)).toBe('a\ufffd');
  });
});

describe('counters', () => {
  test('begin at 0 and count', () => {
    const counters = new Counters();
    expect(Object.keys(counters.values)).toEqual(Object.keys(COUNTER_NAMES));
    counters.add('calls.recorded');
    counters.add('calls.recorded', 2);
    expect(counters.values['calls.recorded']).toBe(3);
    expect(new Counters().values['calls.recorded']).toBe(0);
  });
});

describe('errors for people', () => {
  test('name code, reason and the setting that helps', () => {
    const error = AppError.from(
      'LISTEN_FAILED',
      new Error('listen EADDRINUSE: address already in use'),
      'cannot listen on 1063',
      '--listen',
    );
    expect(formatError(error)).toBe(
      'error LISTEN_FAILED: cannot listen on 1063: the port is already in use\n  change it with --listen',
    );
    expect(error.cause).toBeInstanceOf(Error);
    expect(AppError.from('ENVOY_FAILED', error, 'other')).toBe(error);
    expect(formatError(new AppError('UNHEALTHY', 'it does not serve'))).toBe('error UNHEALTHY: it does not serve');
    expect(formatError('text')).toBe('error: text');
    expect(formatError(new Error('plain'))).toBe('error: plain');
  });
});
