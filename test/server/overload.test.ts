import { describe, expect, it, vi } from 'vitest';
import {
  createOverload,
  defaultMemoryMark,
  heapMark,
  LOOK_MILLIS,
  type MemoryReading,
  type OverloadMarks,
} from '../../src/server/overload.js';
import { createGauges } from '../../src/util/gauges.js';

const MIB = 1_048_576;
const MARKS: OverloadMarks = { lagMillis: 200, memoryBytes: 100 * MIB, heapBytes: 80 * MIB };
const QUIET: MemoryReading = { rss: 50 * MIB, heapUsed: 20 * MIB, external: 5 * MIB };
const FULL: MemoryReading = { rss: 120 * MIB, heapUsed: 60 * MIB, external: 30 * MIB };

/** A watch whose clock and memory the test turns. */
function watchOf(marks: Partial<OverloadMarks> = {}) {
  vi.useFakeTimers();
  let time = 0;
  let memory = QUIET;
  const gauges = createGauges();
  const levels: [number, string | undefined][] = [];
  const onMemory = vi.fn();
  const collect = vi.fn();
  const overload = createOverload({
    marks: { ...MARKS, ...marks },
    now: () => time,
    readMemory: () => memory,
    gauges,
    onLevel: (level, cause) => void levels.push([level, cause]),
    onMemory,
    collect,
  });
  vi.useRealTimers();
  return {
    overload,
    gauges,
    levels,
    onMemory,
    collect,
    /** Looks `count` times, each `lag` milliseconds late. */
    looks(count: number, lag = 0): void {
      for (let look = 0; look < count; look += 1) {
        time += LOOK_MILLIS + lag;
        overload.look();
      }
    },
    remember(reading: MemoryReading): void {
      memory = reading;
    },
  };
}

describe('overload', () => {
  it('leaves out content, then spans, while the event loop stays late, and comes back step by step', () => {
    const { overload, looks, levels, gauges } = watchOf();
    looks(4, 250);
    expect(overload.level()).toBe(0);
    looks(1, 250);
    expect(overload.level()).toBe(1);
    looks(5, 250);
    expect(overload.level()).toBe(2);
    expect(gauges).toMatchObject({ 'shedding.level': 2, 'event_loop.lag': 0.25 });
    looks(20, 250);
    expect(overload.level()).toBe(2);
    looks(29);
    expect(overload.level()).toBe(2);
    looks(1);
    expect(overload.level()).toBe(1);
    looks(30);
    expect(overload.level()).toBe(0);
    expect(levels).toEqual([
      [1, 'lag'],
      [2, 'lag'],
      [1, undefined],
      [0, undefined],
    ]);
    expect(gauges['shedding.level']).toBe(0);
  });

  it('takes one long pause for a pause, whatever its length', () => {
    const { overload, looks } = watchOf();
    looks(1, 5000);
    looks(4);
    looks(4, 1000);
    looks(1);
    looks(4, 1000);
    expect(overload.level()).toBe(0);
  });

  it('stays where it is between the marks: a lag that swings does not make it flap', () => {
    const { overload, looks, levels } = watchOf();
    looks(5, 250);
    for (let swing = 0; swing < 50; swing += 1) looks(2, swing % 2 === 0 ? 150 : 50);
    expect(overload.level()).toBe(1);
    expect(levels).toHaveLength(1);
  });

  it('believes memory at once, lets open calls go, and sheds spans only when that did not help', () => {
    const { overload, looks, levels, onMemory, remember } = watchOf();
    remember(FULL);
    looks(3);
    expect(overload.level()).toBe(1);
    expect(onMemory).toHaveBeenCalled();
    looks(6 * 3);
    expect(overload.level()).toBe(1);
    looks(3);
    expect(overload.level()).toBe(2);
    remember(QUIET);
    looks(10 * 3);
    expect(overload.level()).toBe(1);
    looks(10 * 3);
    expect(levels).toEqual([
      [1, 'memory'],
      [2, 'memory'],
      [1, undefined],
      [0, undefined],
    ]);
  });

  it('has garbage collected while memory stays full, now and then', () => {
    const { looks, collect, remember } = watchOf();
    looks(300);
    expect(collect).not.toHaveBeenCalled();
    remember(FULL);
    looks(2 * 3);
    expect(collect).not.toHaveBeenCalled();
    looks(3);
    expect(collect).toHaveBeenCalledTimes(1);
    looks(17 * 3);
    expect(collect).toHaveBeenCalledTimes(2);
    remember(QUIET);
    looks(300);
    expect(collect).toHaveBeenCalledTimes(2);
  });

  it('takes pages that are kept for later for no load', () => {
    const { overload, looks, remember } = watchOf();
    remember({ rss: 150 * MIB, heapUsed: 20 * MIB, external: 10 * MIB });
    looks(30);
    expect(overload.level()).toBe(0);
  });

  it('knows the limit of the heap, at which the runtime would end the process', () => {
    const { overload, looks, remember } = watchOf({ memoryBytes: 1000 * MIB });
    remember({ rss: 110 * MIB, heapUsed: 90 * MIB, external: MIB });
    looks(3);
    expect(overload.level()).toBe(1);
  });

  it.each([
    ['lag', { lagMillis: 0 }],
    ['memory', { memoryBytes: 0 }],
  ])('never looks at a %s whose mark is 0', (_name, marks) => {
    const { overload, looks, remember } = watchOf({ lagMillis: 0, memoryBytes: 0, ...marks });
    remember(FULL);
    looks(50, 2000);
    expect(overload.level()).toBe(0);
  });

  it('takes its mark of memory from the container, where there is one', () => {
    const machine = 16 * 1024 * MIB;
    expect(defaultMemoryMark(512 * MIB, machine)).toBe(384 * MIB);
    // no limit is told as none at all, as 0, or as a number that no machine has
    for (const none of [undefined, 0, 2 ** 64, machine]) expect(defaultMemoryMark(none, machine)).toBe(2048 * MIB);
    expect(defaultMemoryMark(undefined, 1024 * MIB)).toBe(512 * MIB);
    expect(heapMark(1000)).toBe(800);
  });
});
