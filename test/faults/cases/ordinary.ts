/** Nothing happens: the baseline; and what clients and upstreams do to a call. */
import { answerOf } from '../support/answers.js';
import type { Expectation, PlayedCell } from '../support/cell.js';
import type { Leaving } from '../support/client.js';
import type { Fault } from '../support/fault.js';
import { fullShapes, longShapes, pairwiseShapes } from '../support/shapes.js';
import { createDigest } from '../support/transcript.js';
import { cellsAt, cellsOf } from './scripts.js';

/**
 * Envoy holds each chunk until the sidecar has answered, and drops what it holds when the upstream's connection breaks: so does it with any
 * filter of this kind. The client may have less than without it, or Envoy's own 502 or 503; it never has other bytes.
 */
async function judgeHasty({ cell, observed: { client } }: PlayedCell): Promise<string[]> {
  if (client.status === 502 || client.status === 503) return [];
  if (client.status !== 200) return [`the client saw status ${client.status}`];
  const sent = Buffer.concat((await answerOf(cell.shape)).pieces);
  const same = createDigest();
  same.add(sent.subarray(0, client.bytes));
  return client.digest === same.digest() ? [] : ['the client saw other bytes than were sent'];
}

function expectHasty({ observed: { client } }: PlayedCell): Expectation {
  const errorType = ['', 'interrupted', ...(client.status >= 400 ? [String(client.status)] : [])];
  return { recorded: 'once', errorType, named: true, model: true, trace: true, tokens: 'perhaps' };
}

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
    name: 'upstream-hasty',
    what: 'the upstream breaks off in the moment in which it sends: Envoy drops what it holds for the sidecar, see below',
    cells: cellsAt(
      ['middle', 'last'],
      (at, index) => ({ at, step: { kind: 'upstream breaks', how: LEAVINGS[index % 2]!, hasty: true } }),
      { long: false },
    ),
    options: {
      judge: judgeHasty,
      expect: expectHasty,
      races: { columns: ['response_code', 'response_flags', 'response_code_details', 'bytes_sent', 'bytes_received'] },
    },
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
