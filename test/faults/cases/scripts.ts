import type { CallScript, Phase } from '../support/call.js';
import type { Cell } from '../support/cell.js';
import type { ListenerName } from '../support/listeners.js';
import type { Shape } from '../support/shape.js';
import { canMeet, fullShapes, longShapes } from '../support/shapes.js';

/** Phases in which a long answer is under way. */
const LATE: readonly Phase[] = ['middle', 'last'];

/** Cells of these shapes, without those that cannot be. */
export function cellsOf(shapes: readonly Shape[], script: CallScript = {}, listener: ListenerName = 'plain'): Cell[] {
  return shapes.map((shape) => ({ shape, script, listener })).filter((cell) => canMeet(cell.shape, cell.script));
}

/** `long`: with long answers; a timer cuts them at another chunk every time. */
interface CellOptions {
  chunks?: readonly Shape['chunks'][];
  listener?: ListenerName;
  long?: boolean;
}

/** Each of these phases with the full product of format and coding for these numbers of chunks; the late ones with long answers too. */
export function cellsAt(
  phases: readonly Phase[],
  scriptOf: (phase: Phase, index: number) => CallScript,
  { chunks = [100, 1], listener = 'plain', long = true }: CellOptions = {},
): Cell[] {
  let index = 0;
  return phases.flatMap((phase) => {
    const shapes = [
      ...chunks.flatMap((count) => fullShapes(count)),
      ...(long && LATE.includes(phase) ? longShapes() : []),
    ];
    return shapes.flatMap((shape) => {
      index += 1;
      return cellsOf([shape], scriptOf(phase, index), listener);
    });
  });
}

/** Phases at which calls can stand while something happens around them. */
const STANDING: readonly Phase[] = ['start', 'body', 'waiting', 'headers', 'middle', 'last'];

/** Calls that stand at every phase, with every format in every coding, while something happens. */
export function standingCells(): Cell[] {
  return cellsAt(STANDING, (at) => ({ at, step: { kind: 'gate' } }), { chunks: [100] });
}
