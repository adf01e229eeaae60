/** What happens to the sidecar's process. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Expectation, ordinarily, type PlayedCell } from '../support/cell.js';
import type { Fault } from '../support/fault.js';
import type { FaultStage } from '../support/fault-stage.js';
import { poll } from '../support/poll.js';
import { fullShapes, longShapes } from '../support/shapes.js';
import { cellsAt, cellsOf, standingCells } from './scripts.js';

const UNOBSERVED: Expectation = { recorded: 'never', named: false, model: false, trace: false, tokens: false };

/** What the log knows of a call whose observation ended at its gate. */
function knownAtGate(played: PlayedCell): Pick<Expectation, 'named' | 'model' | 'trace' | 'tokens'> {
  const { at } = played.cell.script;
  const { named, model, trace, tokens } = ordinarily({ ...played, control: { ...played.control } });
  if (at === 'body') return { named, model: false, trace: trace && !isShared(played), tokens: false };
  return { named, model, trace, tokens: at === 'last' ? tokens : false };
}

function isShared(played: PlayedCell): boolean {
  const cut = { ...played.control, client: { ...played.control.client, status: 0, end: 'cut' as const } };
  return !ordinarily({ ...played, control: cut }).trace;
}

/** Its process is gone: what it held is lost, what the log was told stays there. */
function expectKilled(played: PlayedCell): Expectation {
  if (played.cell.script.at === 'start') return UNOBSERVED;
  return { recorded: 'at most once', ...knownAtGate(played) };
}

/** It ends in peace: what it has begun it observes to the end. */
function expectDrained(played: PlayedCell): Expectation {
  if (played.cell.script.at !== 'start') return ordinarily(played);
  const { errorType } = ordinarily(played);
  // until Envoy has heard of it, new calls are taken too
  return { recorded: 'at most once', errorType, named: true, model: 'perhaps', trace: 'perhaps', tokens: 'perhaps' };
}

/** It ends while calls are open: they are recorded as far as they have come. */
function expectCutShort(played: PlayedCell): Expectation {
  if (played.cell.script.at === 'start') return UNOBSERVED;
  const errorType = played.cell.script.at === 'last' ? undefined : 'interrupted';
  return { recorded: 'once', errorType, ...knownAtGate(played) };
}

/** Envoy gives up on a call whose reply is late, or the whole connection: the sidecar has what came before, and maybe all of it. */
function expectLate(played: PlayedCell): Expectation {
  const { at } = played.cell.script;
  const { errorType = '', ...ordinary } = ordinarily(played);
  const known = at === 'start' ? ({ named: 'perhaps', model: 'perhaps', trace: false } as const) : knownAtGate(played);
  return {
    ...ordinary,
    ...known,
    recorded: at === 'start' ? 'at most once' : 'once',
    named: at === 'body' || at === 'start' ? 'perhaps' : known.named,
    errorType: [String(errorType), 'interrupted'],
    tokens: 'perhaps',
    model: known.model === false ? 'perhaps' : known.model,
  };
}

const TROUBLE = ['streams_failed', 'failure_mode_allowed', 'message_timeouts', 'spurious_msgs_received'] as const;

/** Envoy's connect attempts to a socket that nobody listens on, and its message_timeout. */
const GONE_DELAY = 500;

/** Tells it to end, waits until it has, and asserts that it did so in peace. */
async function endInPeace(stage: FaultStage): Promise<void> {
  const sidecar = stage.sidecar();
  // a second signal would end it at once
  const code = await sidecar.stop(sidecar.stderr().includes('draining') ? 'SIGCONT' : 'SIGTERM');
  if (code !== 0) throw new Error(`the sidecar ended with ${code}: ${sidecar.stderr()}`);
}

const STOPPED_MILLIS = 5000;
let continued: Promise<void> = Promise.resolve();

export const SIDECAR_FAULTS: readonly Fault[] = [
  {
    name: 'sigkill',
    what: 'the sidecar is killed',
    cells: standingCells(),
    batch: 1000,
    options: {
      gone: true,
      expect: expectKilled,
      delay: GONE_DELAY,
      allowed: TROUBLE,
      unobserved: (cells) => cells.length,
      disturb: async (stage: FaultStage) => void (await stage.sidecar().stop('SIGKILL')),
      settle: (stage: FaultStage) => stage.restartSidecar(),
    },
  },
  {
    name: 'sigstop',
    what: 'the sidecar is stopped for 5 s',
    cells: [
      ...standingCells(),
      // chunk after chunk: each restarts Envoy's message_timeout, so that only the keepalive bounds the wait
      ...cellsAt(['headers', 'middle'], (at) => ({ at, step: { kind: 'gate' }, pace: 40 }), {
        chunks: [100],
        long: false,
      }),
    ],
    batch: 1000,
    stage: { patient: false },
    options: {
      expect: expectLate,
      // keepalive: a ping after 1 s at most, given up 1 s later
      delay: 2250,
      allowed: TROUBLE,
      async disturb(stage: FaultStage) {
        const { process } = stage.sidecar();
        process.kill('SIGSTOP');
        continued = wait(STOPPED_MILLIS).then(() => void process.kill('SIGCONT'));
      },
      settle: () => continued,
    },
  },
  {
    name: 'sigterm',
    what: 'the sidecar is told to end',
    cells: standingCells(),
    batch: 1000,
    options: {
      gone: true,
      expect: expectDrained,
      delay: GONE_DELAY,
      allowed: ['streams_failed', 'failure_mode_allowed'],
      async disturb(stage: FaultStage) {
        stage.sidecar().process.kill('SIGTERM');
        if (!(await poll(() => stage.sidecar().stderr().includes('draining')))) throw new Error('it does not drain');
      },
      async settle(stage: FaultStage) {
        await endInPeace(stage);
        await stage.restartSidecar();
      },
    },
  },
  {
    name: 'sigterm-deadline',
    what: 'the sidecar is told to end, and calls outlast its drain time',
    cells: standingCells(),
    batch: 1000,
    stage: { environment: () => ({ GENAI_EXTPROC_DRAIN_MILLIS: '500', GENAI_EXTPROC_DRAIN_DELAY_MILLIS: '0' }) },
    options: {
      gone: true,
      expect: expectCutShort,
      delay: GONE_DELAY,
      allowed: ['streams_failed', 'failure_mode_allowed'],
      disturb: endInPeace,
      settle: (stage: FaultStage) => stage.restartSidecar(),
    },
  },
  {
    name: 'blocked',
    what: 'its event loop stands still for 600 ms',
    cells: standingCells(),
    batch: 1000,
    stage: { patient: false },
    options: {
      expect: expectLate,
      delay: 1000,
      allowed: TROUBLE,
      disturb: (stage: FaultStage) => stage.sidecar().block(600),
    },
  },
  {
    name: 'late-replies',
    what: 'its event loop stands still for 40 ms, again and again',
    cells: cellsOf([...fullShapes(1), ...fullShapes(100), ...longShapes()]),
    options: {
      // the last reply of a compressed answer waits for its decoder only so long
      expect(played) {
        const ordinary = ordinarily(played);
        return { ...ordinary, tokens: played.cell.shape.coding === 'plain' ? ordinary.tokens : 'perhaps' };
      },
      prepare: (stage: FaultStage) => stage.sidecar().stutter(40, 60),
      settle: (stage: FaultStage) => stage.sidecar().stutter(0, 0),
    },
  },
];
