/** What Envoy does by itself: its own answers, and its draining. */
import { type Expectation, ordinarily, type PlayedCell } from '../support/cell.js';
import type { Fault } from '../support/fault.js';
import type { FaultStage } from '../support/fault-stage.js';
import { pairwiseShapes } from '../support/shapes.js';
import { cellsOf, standingCells } from './scripts.js';

const LOCAL = ['no-route', 'direct', 'refused', 'limited-after', 'limited-before'] as const;

/** Filters behind ours answer as soon as they have the headers: whether the body has been shown by then, a race decides. */
function expectLocal(played: PlayedCell): Expectation {
  if (played.cell.listener === 'limited-before') {
    return { recorded: 'never', named: false, model: false, trace: false, tokens: false };
  }
  return { ...ordinarily(played), named: 'perhaps', model: 'perhaps', trace: true };
}

export const ENVOYS_OWN_FAULTS: readonly Fault[] = [
  {
    name: 'local-reply',
    what: 'no route, direct response, refused connection, 429 behind and before the filter',
    cells: LOCAL.flatMap((listener) => cellsOf(pairwiseShapes(), {}, listener)),
    // an answer before the body has been read closes the connection; the filter's round trip gives the body time to come
    options: { expect: expectLocal, races: { headers: ['connection'], columns: ['bytes_received'] } },
  },
  {
    name: 'drain-health',
    what: '/healthcheck/fail: connections close behind their answers',
    // told to close, a client does so at the last byte, while Envoy may still wait for the upstream's end
    cells: standingCells().filter(({ shape }) => !shape.length),
    batch: 1000,
    options: {
      disturb: (stage: FaultStage) => stage.admin('/healthcheck/fail'),
      settle: (stage: FaultStage) => stage.admin('/healthcheck/ok'),
    },
  },
  {
    name: 'drain-listeners',
    what: '/drain_listeners?graceful',
    cells: standingCells(),
    batch: 1000,
    // while it drains, Envoy closes more and more connections, by lot
    options: {
      disturb: (stage: FaultStage) => stage.admin('/drain_listeners?graceful'),
      races: { headers: ['connection'] },
    },
  },
];
