/** Whether every call of a batch is in the signals as often, and as what, it must be. */
import type { Expectation, PlayedCell } from './cell.js';
import { type Durations, NO_MODEL, type Samples, type SpansByTrace } from './readings.js';

export interface JudgedSignals {
  spans: number;
  samples: number;
  /** `hard`: no machine that is too busy explains it. */
  failures: { one: PlayedCell; text: string; hard: boolean }[];
  problems: string[];
}

/** `news`: the duration samples since the batch's begin. */
export function judgeSignals(
  expected: ReadonlyMap<PlayedCell, Expectation>,
  news: Durations,
  traces: SpansByTrace,
  spansAreLost: boolean,
): JudgedSignals {
  const judged: JudgedSignals = { spans: 0, samples: 0, failures: [], problems: [] };
  // calls whose model nobody has seen cannot be told apart by it
  const nameless: Samples = new Map();
  for (const [one, { recorded, errorType, named }] of expected) {
    const fail = (text: string, hard = false) => void judged.failures.push({ one, text, hard });
    const spans = traces.get(one.traceId) ?? [];
    judged.spans += spans.length;
    const most = recorded === 'never' ? 0 : 1;
    const least = recorded === 'once' ? 1 : 0;
    const types = typeof errorType === 'object' ? errorType : [errorType ?? ''];
    const span = spans[0];
    if (spans.length > most || (spans.length < least && !spansAreLost))
      fail(`${spans.length} spans`, spans.length > most);
    if (span && span.endTime < span.startTime) fail('a span that ends before it begins', true);
    if (span && recorded === 'once') {
      const spanType = span.attributes['error.type'] ?? '';
      if (!types.includes(String(spanType))) fail(`a span with error type "${spanType}", not "${types}"`);
      if ((span.status.code === 'ERROR') !== (spanType !== '')) fail(`span status ${span.status.code}`, true);
    }
    const samples = news.get(one.model) ?? new Map<string, number>();
    const count = total(samples);
    judged.samples += count;
    if (recorded === 'once' && (named === false || (named === 'perhaps' && count === 0))) {
      const type = types.join();
      nameless.set(type, (nameless.get(type) ?? 0) + 1);
      continue;
    }
    if (count < least || count > most) fail(`${count} duration samples`, count > most);
    else if (recorded === 'once' && ![...samples.keys()].every((type) => types.includes(type))) {
      fail(`a sample with error type "${[...samples.keys()]}", not "${types}"`);
    }
    if (recorded === 'at most once' && named === true && !spansAreLost && count !== spans.length) {
      fail(`${spans.length} spans, but ${count} duration samples`);
    }
  }
  const found = news.get(NO_MODEL) ?? new Map<string, number>();
  judged.samples += total(found);
  const lost = [...expected].filter(([, { recorded }]) => recorded === 'at most once').length;
  if (lost === 0 && inWords(found) !== inWords(nameless)) {
    judged.problems.push(`calls without a model gave samples ${inWords(found)} instead of ${inWords(nameless)}`);
  }
  return judged;
}

function total(samples: Samples): number {
  return [...samples.values()].reduce((sum, value) => sum + value, 0);
}

function inWords(samples: Samples): string {
  return JSON.stringify(Object.fromEntries([...samples].sort()));
}
