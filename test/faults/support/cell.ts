import type { CallOutcome, CallScript } from './call.js';
import { FAMILY_BODIES } from './family-bodies.js';
import type { ListenerName } from './listeners.js';
import { describeShape, type Shape } from './shape.js';

/** One call shape that meets one fault. */
export interface Cell {
  shape: Shape;
  script: CallScript;
  listener: ListenerName;
}

/** How often a call is recorded. `lost`: at most once, and Envoy's counters tell of it. */
export type Recorded = 'once' | 'never' | 'at most once';

/** What must be known of a call, beside that its client and its upstream notice nothing. */
export interface Expectation {
  recorded: Recorded;
  /** `error.type` of span and sample; `undefined`: a success. With several, any of them (`''`: a success). */
  errorType?: string | undefined | readonly string[];
  /** The label of its duration sample tells its model; `perhaps`: a race decides. */
  named: boolean | 'perhaps';
  /** The access log tells its model. */
  model: boolean | 'perhaps';
  /** The access log tells its trace. */
  trace: boolean | 'perhaps';
  /** The tokens in the access log; `perhaps`: the client may be gone before the reply that carries them. */
  tokens: boolean | 'perhaps';
}

/** A cell that was played: the same call with the filter and without. */
export interface PlayedCell {
  cell: Cell;
  id: string;
  traceId: string;
  model: string;
  observed: CallOutcome;
  control: CallOutcome;
}

/** A cell in words. */
export function describeCell({ shape, script, listener }: Cell): string {
  const step =
    script.step &&
    ('how' in script.step
      ? `${'hasty' in script.step ? 'hasty ' : ''}${script.step.kind} (${script.step.how})`
      : script.step.kind);
  const fault = [script.at, step, script.failures?.join('+')].filter((part) => part !== undefined).join(' ');
  return `[${listener}${fault === '' ? '' : `, ${fault}`}] ${describeShape(shape)}`;
}

/**
 * What the telemetry contract says of a call by what its twin without the filter went through: a status from 400 on is the error type;
 * an answer that stopped before its end is `interrupted`; one whose last byte or terminal event came is a success.
 */
export function ordinarily({ cell: { shape, script }, control }: Pick<PlayedCell, 'cell' | 'control'>): Expectation {
  const { at, step } = script;
  if (at === 'head' && step?.kind === 'client leaves') {
    return { recorded: 'never', named: false, model: false, trace: false, tokens: false };
  }
  const { status, end } = control.client;
  const failed = status >= 400;
  // the model stands in the first half; it is told with the reply to the request's end, or to an early answer
  const named = at !== 'head';
  const model = named && (at !== 'body' || failed);
  // a path that other applications use too is no call before its body says so
  const trace = model || !FAMILY_BODIES[shape.family].shared;
  const recorded = { recorded: 'once', named, model, trace } as const;
  if (failed) return { ...recorded, errorType: String(status), tokens: false };
  if (end !== 'whole' && at !== 'last') return { ...recorded, errorType: 'interrupted', tokens: false };
  // the decoder may still be busy when what ends the call comes behind the last byte
  const decoding = shape.coding !== 'plain' && at === 'last';
  return { ...recorded, tokens: decoding ? 'perhaps' : true };
}
