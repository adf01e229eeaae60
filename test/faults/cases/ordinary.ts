/** Nothing happens: the baseline, and what clients and upstreams do to a call. */
import type { Phase } from '../support/call.js';
import type { Cell } from '../support/cell.js';
import type { Leaving } from '../support/client.js';
import type { Fault } from '../support/fault.js';
import type { ListenerName } from '../support/listeners.js';
import { canMeet, fullShapes, longShapes, pairwiseShapes } from '../support/shapes.js';

const cell = (shape: Cell['shape'], script: Cell['script'], listener: ListenerName = 'plain'): Cell => ({
  shape,
  script,
  listener,
});
const possible = ({ shape, script }: Cell) => canMeet(shape, script);

/** Phases at which a long answer is interrupted: behind them it is no longer one. */
const LATE: readonly Phase[] = ['middle', 'last'];

/** Each of these phases with the full product of format and coding, for short and middle answers; the late ones with long answers. */
export function cellsAt(phases: readonly Phase[], scriptOf: (phase: Phase, index: number) => Cell['script']): Cell[] {
  let index = 0;
  const at = (phase: Phase) => {
    index += 1;
    return scriptOf(phase, index);
  };
  return phases
    .flatMap((phase) => [
      ...fullShapes(100).map((shape) => cell(shape, at(phase))),
      ...fullShapes(1).map((shape) => cell(shape, at(phase))),
      ...(LATE.includes(phase) ? longShapes().map((shape) => cell(shape, at(phase))) : []),
    ])
    .filter(possible);
}

const LEAVINGS: readonly Leaving[] = ['reset', 'close'];

export const ORDINARY_FAULTS: readonly Fault[] = [
  {
    name: 'none',
    what: 'nothing goes wrong',
    cells: [
      ...pairwiseShapes(),
      ...fullShapes(1),
      ...fullShapes(100),
      ...fullShapes(100),
      ...longShapes(),
      ...longShapes(),
    ].map((shape) => cell(shape, {})),
    options: {},
  },
  {
    name: 'client-abort',
    what: 'the client leaves',
    cells: cellsAt(['head', 'body', 'waiting', 'headers', 'middle', 'last'], (at, index) => ({
      at,
      step: { kind: 'client leaves', how: LEAVINGS[index % 2]! },
    })),
    options: {},
  },
  {
    name: 'upstream-reset',
    what: 'the upstream breaks the connection or stream',
    cells: cellsAt(['head', 'body', 'waiting', 'headers', 'middle', 'last'], (at, index) => ({
      at,
      step: { kind: 'upstream breaks', how: LEAVINGS[index % 2]! },
    })),
    options: {},
  },
];
