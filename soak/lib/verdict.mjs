import { fitLine } from './regression.mjs';

const MEGABYTE = 1_000_000;
/** Growth that a bar allows, in MB per 10,000 calls, beyond what the interval leaves open. */
const MOST = 1;

/** Figures by name that grow or do not. */
export const GROWTHS = [
  { name: 'heap', title: 'Heap after a collection', pick: (sample) => sample.heap / MEGABYTE },
  { name: 'external', title: 'Outside of the heap (buffers)', pick: (sample) => sample.external / MEGABYTE },
  { name: 'resident', title: 'Resident memory', pick: (sample) => sample.resident / MEGABYTE },
];

/**
 * How each figure grows over the samples behind the warm-up: a row of `{title, first, last, perHour, perCalls, margin, grows}` in MB;
 * `grows`: by more than the bar, and no chance of the measure. Throws for too few samples.
 */
export function judgeGrowth(samples) {
  return GROWTHS.map(({ title, pick }) => {
    const byHour = fitLine(samples.map((sample) => ({ x: sample.seconds / 3600, y: pick(sample) })));
    const byCalls = fitLine(samples.map((sample) => ({ x: sample.calls / 10_000, y: pick(sample) })));
    if (!byHour || !byCalls)
      throw new Error(`${samples.length} samples behind the warm-up are too few: give more --minutes`);
    return {
      title,
      first: pick(samples[0]),
      last: pick(samples.at(-1)),
      perHour: byHour.slope,
      perHourMargin: byHour.margin,
      perCalls: byCalls.slope,
      perCallsMargin: byCalls.margin,
      grows: byCalls.slope - byCalls.margin > MOST,
    };
  });
}

/** What must hold, each with what was found. */
export function judge({ samples, growth, end }) {
  const all = (condition) => samples.filter((sample) => !condition(sample)).length;
  const bar = (what, found, held) => ({ what, found: String(found), held });
  const moments = `at ${samples.length} moments`;
  const trouble = Object.entries(end.trouble).filter(([, count]) => count > 0);
  const offStreams = all((sample) => sample.openStreams === sample.held && sample.active === sample.held);
  const offCalls = all((sample) => sample.openCalls === sample.held);
  const offSamples = all((sample) => sample.samples === sample.calls - sample.held);
  return [
    ...growth.map((row) =>
      bar(
        `${row.title}: no more than ${MOST} MB per 10,000 calls`,
        `${row.perCalls.toFixed(3)} ± ${row.perCallsMargin.toFixed(3)} MB`,
        !row.grows,
      ),
    ),
    bar(`Open streams = the held ones, in the sidecar and in Envoy, ${moments}`, `${offStreams} off`, offStreams === 0),
    bar(`Open calls = the held ones, ${moments}`, `${offCalls} off`, offCalls === 0),
    bar(`Duration samples = calls that ended, ${moments}`, `${offSamples} off`, offSamples === 0),
    bar('Duration samples = calls, at the end', `${end.samples} of ${end.calls}`, end.samples === end.calls),
    bar(
      'Spans at the collector = calls that were sampled',
      `${end.spans} of ${end.expectedSpans}`,
      end.spans === end.expectedSpans,
    ),
    bar(
      'Open streams, open calls, at the end',
      `${end.openStreams}, ${end.openCalls}`,
      end.openStreams + end.openCalls === 0,
    ),
    bar('Spans and records dropped, exports failed', end.dropped + end.refused, end.dropped + end.refused === 0),
    bar(
      'Ended by an error of ours or the watchdog, recorders failed',
      trouble.map(([name, count]) => `${name} ${count}`).join(', ') || 0,
      trouble.length === 0,
    ),
    bar('Content or spans shed because of load', end.shed, end.shed === 0),
    bar("Envoy's counters of failures", end.failures, end.failures === 0),
    bar(
      'Answers that were not what the upstream sent',
      Object.entries(end.wrong).join('; ') || 0,
      Object.keys(end.wrong).length === 0,
    ),
    bar("The sidecar's exit code on SIGTERM", end.exit, end.exit === 0),
  ];
}
