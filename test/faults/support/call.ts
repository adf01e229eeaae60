/** One call from both of its ends: the client's and the upstream's, brought to a phase at which something happens. */
import { setTimeout as wait } from 'node:timers/promises';
import { answerOf, requestOf } from './answers.js';
import { type ClientCall, type ClientRequest, type Leaving, startCall, startHalfHead } from './client.js';
import type { Gate } from './gate.js';
import type { Shape } from './shape.js';
import type { Transcript } from './transcript.js';
import type { FaultUpstream, UpstreamCall } from './upstream.js';

/**
 * How far a call has come. At each phase all that was sent before has arrived at the other end: `start`: nothing is sent yet;
 * `head`: in (a client's fault) or behind (an upstream's) the request's headers; `body`: half of the request's body; `waiting`: the
 * whole request; `headers`: the answer's headers; `middle`: half of its chunks; `last`: its last byte, but not its end.
 */
export const PHASES = ['start', 'head', 'body', 'waiting', 'headers', 'middle', 'last'] as const;
export type Phase = (typeof PHASES)[number];

/** What happens at a phase. `hasty`: without waiting until what was sent has arrived; `silence`: the upstream never goes on; `gate`: the call waits for what is done to all at once. */
export type Step =
  | { kind: 'client leaves'; how: Leaving }
  | { kind: 'upstream breaks'; how: 'reset' | 'close'; hasty?: boolean }
  | { kind: 'silence' }
  | { kind: 'gate' };

export interface CallScript {
  at?: Phase;
  step?: Step;
  /** Attempts that fail before the one that goes on. */
  failures?: readonly ('503' | 'reset')[];
  /** Between two chunks of the answer, in milliseconds. */
  pace?: number;
}

export interface CallOptions {
  upstream: FaultUpstream;
  port: number;
  shape: Shape;
  script: CallScript;
  gate: Gate;
  /** Its place among those at the gate. */
  place: number;
  /** Stands in the path's query and in `x-call`. */
  id: string;
  traceId: string;
  model: string;
}

/** What both ends saw of one call. */
export interface CallOutcome {
  client: Transcript;
  /** One for each attempt. */
  upstream: Transcript[];
  /** From its begin, or from when it went on behind the gate, to its end. */
  millis: number;
  /** The longest time in which nothing arrived at the client, from there on. */
  stall: number;
}

/** A call that has not come to an end by then is a failure of its cell. */
const CALL_MILLIS = 60_000;

/** Plays one call. Rejects when it hangs. */
export async function runCall(options: CallOptions): Promise<CallOutcome> {
  const { upstream, shape, script, gate, id } = options;
  const { path, contentType, body } = requestOf(shape, options.model);
  const request: ClientRequest = {
    port: options.port,
    protocol: shape.down,
    path: `${path}?t=${id}`,
    length: body.length,
    headers: {
      'content-type': contentType,
      traceparent: `00-${options.traceId}-00f067aa0ba902b7-01`,
      'x-up': shape.up,
      'x-call': id,
    },
  };
  if (script.at === 'start') await gate.pass(options.place);
  let began = performance.now();
  let current: ClientCall | undefined;
  const goOn = async () => {
    began = await gate.pass(options.place);
    current?.watch();
  };
  const onClient = (call: ClientCall) => {
    current = call;
  };
  const client = await bounded(play(request, body, options, { script, length: shape.length, goOn, onClient }), id);
  const millis = performance.now() - began;
  const stall = current?.stall() ?? 0;
  return { client, upstream: await bounded(upstream.finish(id), id), millis, stall };
}

async function play(
  request: ClientRequest,
  body: Buffer,
  options: CallOptions,
  standing: Standing,
): Promise<Transcript> {
  const { upstream, shape, id } = options;
  const { script } = standing;
  const { at, step } = script;
  if (at === 'head' && step?.kind === 'client leaves') {
    const half = startHalfHead(request);
    setTimeout(() => half.leave(step.how), 30);
    return half.over;
  }
  const answer = await answerOf(shape);
  const half = body.subarray(0, body.length >> 1);
  let halfArrived = () => {};
  const halfway = new Promise<void>((resolve) => {
    halfArrived = resolve;
  });
  let attempt = 0;
  upstream.expect(id, async (call) => {
    const failure = script.failures?.[attempt];
    attempt += 1;
    if (at === 'head' && step?.kind === 'upstream breaks') return breakOff(call, step.how);
    if (at === 'body') {
      await Promise.race([call.reached(half.length), call.gone]);
      halfArrived();
      if (step?.kind === 'upstream breaks') return breakOff(call, step.how);
    }
    if (!(await arrives(call.whole, call))) return;
    if (failure === 'reset') return call.reset();
    if (failure === '503') {
      call.head(503, { 'content-type': 'application/json', 'content-length': '2' });
      await call.write(Buffer.from('{}'));
      return call.end();
    }
    await answerWith(call, answer, client, standing);
  });
  const client = startCall(request);
  standing.onClient(client);
  if (at === 'head') return client.over;
  if (at !== 'body') client.write(body);
  else {
    client.write(half);
    await Promise.race([halfway, client.over]);
    if (step?.kind === 'upstream breaks') return client.over;
    if (step?.kind === 'client leaves') {
      client.leave(step.how);
      return client.over;
    }
    if (step?.kind === 'silence') return client.over;
    await standing.goOn();
    client.write(body.subarray(half.length));
  }
  client.end();
  return client.over;
}

/** What a phase needs to know. */
interface Standing {
  script: CallScript;
  /** The answer tells its length. */
  length: boolean;
  /** Waits at the gate. */
  goOn(): Promise<void>;
  onClient(client: ClientCall): void;
}

async function answerWith(
  call: UpstreamCall,
  { headers, pieces }: { headers: Record<string, string>; pieces: readonly Buffer[] },
  client: ClientCall,
  options: Standing,
): Promise<void> {
  if (await stopsAt('waiting', Promise.resolve(), call, client, options)) return;
  call.head(200, headers);
  if (await stopsAt('headers', client.head, call, client, options)) return;
  const middle = pieces.length >> 1;
  let sent = 0;
  for (const [index, piece] of pieces.entries()) {
    if (index === middle && (await stopsAt('middle', client.reached(sent), call, client, options))) return;
    await call.write(piece);
    if (options.script.pace !== undefined) await wait(options.script.pace);
    sent += piece.length;
  }
  if (await stopsAt('last', client.reached(sent), call, client, options)) return;
  call.end();
}

/** Does what the script says for this phase, once the client has what was sent; `true`: the upstream's part is over. */
async function stopsAt(
  phase: Phase,
  arrived: Promise<void>,
  call: UpstreamCall,
  client: ClientCall,
  { script, length, goOn }: Standing,
): Promise<boolean> {
  const { step } = script;
  if (script.at !== phase || !step) return false;
  if (step.kind === 'upstream breaks' && step.hasty) {
    breakOff(call, step.how);
    return true;
  }
  // an answer with content-length is over with its last byte, for the client too
  if (!(await arrives(arrived, call)) && step.kind !== 'gate') return true;
  switch (step.kind) {
    case 'client leaves':
      client.leave(step.how);
      // by its length it was over: Envoy may use the connection for the next request
      if (phase === 'last' && length) call.end();
      await call.gone;
      return true;
    case 'upstream breaks':
      breakOff(call, step.how);
      return true;
    case 'silence':
      await call.gone;
      return true;
    case 'gate':
      await goOn();
      return false;
  }
}

/** `false`: the exchange was over before. */
function arrives(what: Promise<void>, call: UpstreamCall): Promise<boolean> {
  return Promise.race([what.then(() => true), call.gone.then(() => false)]);
}

function breakOff(call: UpstreamCall, how: 'reset' | 'close'): void {
  if (how === 'reset') call.reset();
  else call.close();
}

async function bounded<Value>(work: Promise<Value>, id: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`call ${id} hangs`)), CALL_MILLIS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
