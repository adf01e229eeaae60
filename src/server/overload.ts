/** Notices that the process has more to do, or more to hold, than it can, and says what to leave out until that is over. */
import type { Gauges } from '../util/gauges.js';
import { SHED, type ShedLevel } from '../util/shed-level.js';

/** The marks beyond which load is shed; 0 turns one off. */
export interface OverloadMarks {
  /** How late the event loop may be, in milliseconds. */
  lagMillis: number;
  /** Resident memory, in bytes. */
  memoryBytes: number;
  /** JavaScript's own heap, in bytes: the runtime ends the process at its limit, whatever the machine has left. */
  heapBytes: number;
}

/** A look at the process's memory, in bytes. */
export interface MemoryReading {
  rss: number;
  heapUsed: number;
  /** Beside the heap: buffers. */
  external: number;
}

/** What drove the level. */
export type OverloadCause = 'lag' | 'memory';

export interface OverloadOptions {
  marks: OverloadMarks;
  /** Monotonic milliseconds. */
  now(): number;
  readMemory(): MemoryReading;
  gauges: Gauges;
  /** The level has changed; `cause`: of a rise. */
  onLevel(level: ShedLevel, cause: OverloadCause | undefined): void;
  /** Memory is over its mark: what open calls hold is to be let go. */
  onMemory(): void;
  /** Has the runtime free what nobody holds any more. It would wait for more garbage, which may never come while nothing is kept. */
  collect(): void;
}

export interface Overload {
  level(): ShedLevel;
  /** One look; the timer calls it every {@link LOOK_MILLIS}. */
  look(): void;
  close(): void;
}

/** Between two looks at the clock. */
export const LOOK_MILLIS = 100;
/** Looks at the clock for one at the memory, which asks the kernel. */
const LOOKS_PER_MEMORY = 3;

/**
 * How often in a row a mark must be passed for the level to rise, and stay undercut for it to fall by one. One late look is a pause (a
 * garbage collection, a process that was stopped), not load. Memory is believed at once, but what was let go then takes a while to be freed.
 */
const LAG_PATIENCE = { first: 5, next: 5, fall: 30 };
const MEMORY_PATIENCE = { first: 1, next: 7, fall: 10 };

/** Looks at the memory from its being full until what was let go is collected, and until that is done again. A pause of some 30 ms. */
const LOOKS_TO_COLLECT = { first: 3, next: 17 };

/** Under this share of its mark the lag is over. */
const LAG_CALM = 0.5;
/** The same for memory, which does not fall to where it was. */
const MEMORY_CALM = 0.9;
/**
 * Memory counts as full only if so much of the mark is in use: pages that the allocator keeps for later are no load, and would hold the
 * level up for ever.
 */
const IN_USE = 0.5;

type Pressure = 'over' | 'between' | 'calm';

/** Creates the watch over this process's load, with a timer that keeps no process alive. */
export function createOverload(options: OverloadOptions): Overload {
  const { marks, now, gauges } = options;
  const lagLevel = createStaircase(LAG_PATIENCE);
  const memoryLevel = createStaircase(MEMORY_PATIENCE);
  let level: ShedLevel = SHED.nothing;
  let looks = 0;
  let last = now();
  let untilCollect = LOOKS_TO_COLLECT.first;

  function lookAtClock(): void {
    const time = now();
    const lag = Math.max(0, time - last - LOOK_MILLIS);
    last = time;
    gauges['event_loop.lag'] = lag / 1000;
    if (marks.lagMillis > 0) lagLevel.step(pressureOf(lag, marks.lagMillis, LAG_CALM));
  }

  function lookAtMemory(): void {
    const memory = options.readMemory();
    gauges['memory.resident'] = memory.rss;
    const pressure = memoryPressure(memory, marks);
    memoryLevel.step(pressure);
    if (pressure === 'over') options.onMemory();
    if (pressure === 'calm') untilCollect = LOOKS_TO_COLLECT.first;
    else if (memoryLevel.level() > SHED.nothing) untilCollect -= 1;
    if (untilCollect > 0) return;
    untilCollect = LOOKS_TO_COLLECT.next;
    options.collect();
  }

  function look(): void {
    lookAtClock();
    if (looks % LOOKS_PER_MEMORY === 0) lookAtMemory();
    looks += 1;
    const next = Math.max(lagLevel.level(), memoryLevel.level()) as ShedLevel;
    if (next === level) return;
    const cause = memoryLevel.level() >= lagLevel.level() ? 'memory' : 'lag';
    const rises = next > level;
    level = next;
    gauges['shedding.level'] = level;
    options.onLevel(level, rises ? cause : undefined);
  }

  const timer = setInterval(look, LOOK_MILLIS);
  timer.unref();
  look();
  return { level: () => level, look, close: () => clearInterval(timer) };
}

/** The mark of memory where the settings name none: three quarters of the container's, else a figure that suits a sidecar. */
export function defaultMemoryMark(constrained: number | undefined, total: number): number {
  const limited = constrained !== undefined && constrained > 0 && constrained < total;
  return limited ? Math.floor(constrained * 0.75) : Math.min(2 * 1024 ** 3, Math.floor(total / 2));
}

/** The mark of the heap: what is left to its limit has room for the garbage of a busy second. */
export function heapMark(heapLimit: number): number {
  return Math.floor(heapLimit * 0.8);
}

function memoryPressure({ rss, heapUsed, external }: MemoryReading, marks: OverloadMarks): Pressure {
  if (marks.memoryBytes === 0) return 'calm';
  const inUse = heapUsed + external;
  const resident: Pressure =
    inUse < marks.memoryBytes * IN_USE ? 'calm' : pressureOf(rss, marks.memoryBytes, MEMORY_CALM);
  const heap = pressureOf(heapUsed, marks.heapBytes, MEMORY_CALM);
  if (resident === 'over' || heap === 'over') return 'over';
  return resident === 'calm' && heap === 'calm' ? 'calm' : 'between';
}

function pressureOf(value: number, mark: number, calm: number): Pressure {
  if (value >= mark) return 'over';
  return value < mark * calm ? 'calm' : 'between';
}

/** A level that rises and falls step by step, each after so many looks of one kind in a row. */
function createStaircase(patience: { first: number; next: number; fall: number }) {
  let level: ShedLevel = SHED.nothing;
  let over = 0;
  let calm = 0;
  return {
    level: () => level,
    step(pressure: Pressure): void {
      over = pressure === 'over' ? over + 1 : 0;
      calm = pressure === 'calm' ? calm + 1 : 0;
      if (level < SHED.spans && over >= (level === SHED.nothing ? patience.first : patience.next)) {
        level = (level + 1) as ShedLevel;
        over = 0;
      } else if (level > SHED.nothing && calm >= patience.fall) {
        level = (level - 1) as ShedLevel;
        calm = 0;
      }
    },
  };
}
