/** What happens around the sidecar: its collector, its output, its clock. */
import type { OtlpSink, OtlpSinkBehaviour } from '../../support/otlp-sink.js';
import type { PlayedCell } from '../support/cell.js';
import type { Fault } from '../support/fault.js';
import type { FaultStage } from '../support/fault-stage.js';
import { poll } from '../support/poll.js';
import { selfMetric, spansByTrace } from '../support/readings.js';
import { pairwiseShapes } from '../support/shapes.js';
import { cellsOf, standingCells } from './scripts.js';

const HTTP = (sink: OtlpSink) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
});

/** After the collector has come back, every span was exported or counted as dropped. */
async function spansAccounted(stage: FaultStage): Promise<string[]> {
  let counts = '';
  const settled = await poll(async () => {
    const samples = await stage.sidecar().metrics();
    const [recorded, exported, dropped] = ['calls_recorded', 'spans_exported', 'spans_dropped'].map((name) =>
      selfMetric(samples, `${name}_total`),
    );
    counts = `${recorded} calls recorded, but ${exported} spans exported and ${dropped} dropped`;
    return recorded === exported! + dropped!;
  }, 40_000);
  return settled ? [] : [counts];
}

function collector(name: string, what: string, behaviour: OtlpSinkBehaviour, lost: boolean, http = false): Fault {
  return {
    name: `collector-${name}`,
    what,
    cells: cellsOf(pairwiseShapes()),
    batch: 1000,
    ...(http && { stage: { environment: HTTP } }),
    options: {
      spansAreLost: lost,
      prepare: async (stage: FaultStage) => stage.sink.behave(behaviour),
      inspect(stage: FaultStage) {
        stage.sink.behave({});
        return spansAccounted(stage);
      },
    },
  };
}

/** A step of the clock is in no duration. */
async function timesHold(stage: FaultStage, played: readonly PlayedCell[]): Promise<string[]> {
  const traces = spansByTrace(stage);
  return played.flatMap(({ traceId, id }) =>
    (traces.get(traceId) ?? [])
      .map((span) => span.endTime - span.startTime)
      .filter((millis) => millis > 60_000)
      .map((millis) => `the span of ${id} lasts ${millis} ms`),
  );
}

function clock(name: string, what: string, millis: number): Fault {
  return {
    name,
    what,
    cells: standingCells(),
    batch: 1000,
    options: { disturb: (stage: FaultStage) => stage.sidecar().step(millis), inspect: timesHold },
  };
}

/** Spans on stdout and every word on stderr, so that there is something to write. */
const TALKATIVE = () => ({ OTEL_TRACES_EXPORTER: 'otlp,console', AIGW_DEBUG: 'true' });

export const SURROUNDINGS_FAULTS: readonly Fault[] = [
  {
    ...collector('down', 'nothing listens there', {}, true),
    stage: { environment: () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }) },
    options: { spansAreLost: true },
  },
  collector('slow', 'it answers after 2 s', { delayMillis: 2000 }, false),
  collector('silent', 'it never answers', { silent: true }, true),
  collector('unavailable', 'gRPC UNAVAILABLE', { grpcStatus: 14 }, true),
  collector('exhausted', 'gRPC RESOURCE_EXHAUSTED', { grpcStatus: 8 }, true),
  collector('400', 'HTTP 400', { httpStatus: 400 }, true, true),
  collector('413', 'HTTP 413', { httpStatus: 413 }, true, true),
  collector('429', 'HTTP 429', { httpStatus: 429 }, true, true),
  collector('500', 'HTTP 500', { httpStatus: 500 }, true, true),
  collector('503', 'HTTP 503', { httpStatus: 503 }, true, true),
  {
    name: 'output-closed',
    what: 'its stdout and stderr are pipes that nobody reads any more',
    cells: cellsOf(pairwiseShapes()),
    stage: { output: 'closed', environment: TALKATIVE },
    options: {},
  },
  {
    name: 'output-full',
    what: 'its stdout and stderr are on a full disk',
    cells: cellsOf(pairwiseShapes()),
    stage: { output: 'full', environment: TALKATIVE },
    options: {},
  },
  clock('clock-forward', 'its wall clock is set forward by an hour', 3_600_000),
  clock('clock-back', 'its wall clock is set back by an hour', -3_600_000),
];
