/** Nothing happens: the baseline; and what clients and upstreams do to a call. */
import type { Leaving } from '../support/client.js';
import type { Fault } from '../support/fault.js';
import { fullShapes, longShapes, pairwiseShapes } from '../support/shapes.js';
import { cellsAt, cellsOf } from './scripts.js';

const LEAVINGS: readonly Leaving[] = ['reset', 'close'];
const PHASES = ['head', 'body', 'waiting', 'headers', 'middle', 'last'] as const;

export const ORDINARY_FAULTS: readonly Fault[] = [
  {
    name: 'none',
    what: 'nothing goes wrong',
    cells: cellsOf([
      ...pairwiseShapes(),
      ...fullShapes(1),
      ...fullShapes(100),
      ...fullShapes(100),
      ...longShapes(),
      ...longShapes(),
    ]),
    options: {},
  },
  {
    name: 'client-abort',
    what: 'the client leaves, by RST or by closing',
    cells: cellsAt(PHASES, (at, index) => ({ at, step: { kind: 'client leaves', how: LEAVINGS[index % 2]! } })),
    options: {},
  },
  {
    name: 'upstream-reset',
    what: 'the upstream resets or closes',
    cells: cellsAt(PHASES, (at, index) => ({ at, step: { kind: 'upstream breaks', how: LEAVINGS[index % 2]! } })),
    options: {},
  },
  {
    name: 'never-answers',
    what: 'the other end falls silent: stream_idle_timeout 1 s',
    cells: cellsAt(['body', 'waiting', 'headers', 'middle'], (at) => ({ at, step: { kind: 'silence' } }), {
      chunks: [100],
      listener: 'silent',
    }),
    options: {},
  },
  {
    name: 'route-timeout',
    what: "the route's timeout of 1 s",
    cells: cellsAt(['waiting', 'headers', 'middle'], (at) => ({ at, step: { kind: 'silence' } }), {
      chunks: [100],
      listener: 'impatient',
      long: false,
    }),
    options: {},
  },
  {
    name: 'retry',
    what: 'Envoy retries 503s and resets; at last it gives up',
    cells: [
      ...cellsOf(fullShapes(100), { failures: ['503'] }, 'retried'),
      ...cellsOf(fullShapes(1), { failures: ['reset', '503'] }, 'retried'),
      ...cellsOf(fullShapes(1), { failures: ['503', '503', '503'] }, 'retried'),
    ],
    options: {},
  },
];
