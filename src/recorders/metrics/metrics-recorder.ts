import type { Meter } from '@opentelemetry/api';
import { type GenAiRecord, type Recorder, timePerOutputToken, timeToFirstToken } from '../../model/record.js';
import type { Counters } from '../../util/counters.js';
import type { Log } from '../../util/log.js';
import { createInstruments } from './instruments.js';
import { createSeriesTable, TOKEN_TYPES, type TokenCounter } from './series.js';
import { createValueCap, type ValueCap } from './value-cap.js';

/** The limits that this recorder keeps. */
export interface MetricLimits {
  /** Distinct values of one attribute. */
  metricAttributeValues: number;
  /** Distinct combinations of attributes. */
  metricSeries: number;
  /** Characters of one value. */
  headerValueCharacters: number;
}

const TOKEN_COUNTERS = Object.keys(TOKEN_TYPES) as TokenCounter[];

/**
 * Creates the recorder of the four gen_ai histograms (telemetry contract, section 3). Values that come from requests
 * are capped per attribute and per combination; reaching a cap raises `metrics.limited` and is logged once per attribute.
 */
export function createMetricsRecorder(meter: Meter, limits: MetricLimits, counters: Counters, log?: Log): Recorder {
  const instruments = createInstruments(meter);
  const logged = new Set<string>();

  function limited(what: string, limit: number): void {
    counters.add('metrics.limited');
    if (logged.has(what)) return;
    logged.add(what);
    log?.warn({ what, limit }, 'metrics: cardinality cap reached, further values are counted as _other');
  }

  const cap = (attribute: string) =>
    createValueCap(limits.metricAttributeValues, limits.headerValueCharacters, () =>
      limited(attribute, limits.metricAttributeValues),
    );
  const provider = cap('gen_ai.provider.name');
  const originalModel = cap('gen_ai.original.model');
  const requestModel = cap('gen_ai.request.model');
  const responseModel = cap('gen_ai.response.model');
  // by attribute name: the mapping is a setting, so there are as many as it has
  const headerCaps = new Map<string, ValueCap>();
  const table = createSeriesTable(limits.metricSeries, () => limited('combinations', limits.metricSeries));

  function headersOf(record: GenAiRecord): string[] {
    const headers: string[] = [];
    for (const [attribute, value] of record.headers.metrics) {
      let headerCap = headerCaps.get(attribute);
      if (headerCap === undefined) {
        headerCap = cap(attribute);
        headerCaps.set(attribute, headerCap);
      }
      headers.push(attribute, headerCap.admit(value));
    }
    return headers;
  }

  return {
    name: 'metrics',
    record(record) {
      const series = table.find({
        operation: record.endpoint.operation,
        provider: provider.admit(record.provider),
        originalModel: originalModel.admit(record.originalModel),
        requestModel: requestModel.admit(record.requestModel),
        responseModel: responseModel.admit(record.responseModel),
        errorType: record.failure?.type,
        headers: headersOf(record),
      });
      instruments.requestDuration.record(record.timing.duration / 1000, series.attributes);
      const firstToken = timeToFirstToken(record);
      if (firstToken !== undefined) instruments.timeToFirstToken.record(firstToken / 1000, series.attributes);
      const perToken = timePerOutputToken(record);
      if (perToken !== undefined) instruments.timePerOutputToken.record(perToken / 1000, series.attributes);
      if (record.cost) instruments.cost.add(record.cost.total, series.attributes);
      for (const counter of TOKEN_COUNTERS) {
        const tokens = record.usage[counter];
        if (tokens !== undefined) instruments.tokenUsage.record(tokens, series.tokens[counter]);
      }
    },
  };
}
