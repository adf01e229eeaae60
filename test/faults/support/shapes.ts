/** Which shapes meet a fault: the rules by which the full product is pruned. */
import type { CallScript } from './call.js';
import type { Cell } from './cell.js';
import { pairwise } from './pairwise.js';
import {
  CODINGS,
  type Coding,
  DIMENSIONS,
  FAMILIES,
  FORMATS,
  type Format,
  isPossible,
  PROTOCOLS,
  type Shape,
} from './shape.js';

/**
 * Rule 1: where fault and shape do not interact (collectors, local replies, the process's own output), every pair of values of two
 * dimensions occurs; the full product would add nothing but time. Ten thousand chunks differ from a hundred only in how long
 * a call lives, so they stay out of the pairs and get rows of their own (rule 3).
 */
export function pairwiseShapes(): Shape[] {
  return pairwise<Shape>({ ...DIMENSIONS, chunks: [1, 100] }, isPossible);
}

/**
 * Rule 2: where they interact (something breaks in the middle of framing or decoding), the full product of format and coding; the
 * dimensions that Envoy's codecs hide from the sidecar take turns, so that each value occurs with each format.
 */
export function fullShapes(chunks: Shape['chunks']): Shape[] {
  return FORMATS.flatMap((format) => CODINGS.map((coding) => shapeInTurn(format, coding, chunks)));
}

/** Rule 3: long answers, once for each format. */
export function longShapes(): Shape[] {
  return FORMATS.map((format, index) => shapeInTurn(format, CODINGS[index % 2 === 0 ? 0 : 1] as Coding, 10_000));
}

/** How often each value was taken, so that all take turns; the order of calls is the same in every run. */
const taken = new Map<string, number>();

function shapeInTurn(format: Format, coding: Coding, chunks: Shape['chunks']): Shape {
  const inTurn = <Value>(dimension: string, values: readonly Value[]): Value => {
    const keys = values.map(
      (value) =>
        [`${format} ${coding} ${dimension} ${JSON.stringify(value)}`, `${dimension} ${JSON.stringify(value)}`] as const,
    );
    const uses = keys.map(([here, anywhere]) => (taken.get(here) ?? 0) * 1000 + (taken.get(anywhere) ?? 0));
    const least = uses.indexOf(Math.min(...uses));
    for (const key of keys[least]!) taken.set(key, (taken.get(key) ?? 0) + 1);
    return values[least]!;
  };
  return {
    family: inTurn(
      'family',
      FAMILIES.filter((family) => isPossible({ family, format })),
    ),
    format,
    chunks,
    coding,
    ...inTurn('protocols', PAIRS),
    length: format === 'json' && inTurn('length', [false, true]),
  };
}

/** Both sides' protocols. */
const PAIRS = PROTOCOLS.flatMap((down) => PROTOCOLS.map((up) => ({ down, up })));

/**
 * Rule 4: what cannot be. With one chunk there is no middle; an answer whose length was told is over with its last byte;
 * half of a request's head is not to be had over HTTP/2, whose head comes in one frame.
 */
export function canMeet(shape: Shape, { at, step }: CallScript): boolean {
  if (at === 'middle' && shape.chunks === 1) return false;
  if (at === 'last' && shape.length && step?.kind !== 'client leaves') return false;
  if (at === 'head' && step?.kind === 'client leaves' && shape.down === 'h2') return false;
  return true;
}

/** About one in six cells, for a quick look: at least one of each phase, format and coding that the cells have. */
export function thinOut(cells: readonly Cell[]): Cell[] {
  const missing = new Set(cells.flatMap(marksOf));
  return cells.filter((cell) => {
    if (cell.shape.chunks === 10_000) return false;
    const news = marksOf(cell).filter((mark) => missing.has(mark));
    for (const mark of news) missing.delete(mark);
    return news.length > 0;
  });
}

function marksOf({ shape, script, listener }: Cell): string[] {
  return [
    `${listener} ${script.at} ${shape.format}`,
    `${listener} ${shape.format} ${shape.coding}`,
    `${shape.down} ${shape.up}`,
  ];
}
