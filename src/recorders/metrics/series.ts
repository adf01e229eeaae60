import type { Attributes } from '@opentelemetry/api';
import { OTHER } from './value-cap.js';

/** The counters of `gen_ai.token.type` (no `total`). */
export const TOKEN_TYPES = {
  input: 'input',
  output: 'output',
  cachedInput: 'cached_input',
  cacheCreationInput: 'cache_creation_input',
  reasoning: 'reasoning',
} as const;

export type TokenCounter = keyof typeof TOKEN_TYPES;

/** The attribute objects of one combination, built once: samples of one combination share them. */
export interface Series {
  attributes: Attributes;
  /** The same with `gen_ai.token.type`. */
  tokens: Record<TokenCounter, Attributes>;
}

/** One call's attribute values, admitted by their caps. */
export interface SeriesKey {
  operation: string;
  provider: string;
  originalModel: string;
  requestModel: string;
  responseModel: string;
  /** `error.type`; absent on a success. */
  errorType: string | undefined;
  /** Mapped headers, name and value in turns. */
  headers: readonly string[];
}

/** Of the combinations beyond the cap: operations × error types, both closed sets of ours but for odd HTTP statuses. */
const MAX_COLLAPSED = 500;
const SEPARATOR = '\u0000';

/** Finds the series of calls. */
export interface SeriesTable {
  find(key: SeriesKey): Series;
}

/**
 * Creates a table of at most `maxSeries` combinations. Beyond it everything that a request supplied becomes
 * {@link OTHER} and operation and error type stay, so that rates and error rates remain true; `onLimit` is called each time.
 */
export function createSeriesTable(maxSeries: number, onLimit: () => void): SeriesTable {
  const series = new Map<string, Series>();
  const collapsed = new Map<string, Series>();
  return {
    find(key) {
      const name = nameOf(key);
      const known = series.get(name);
      if (known !== undefined) return known;
      if (series.size < maxSeries) return remember(series, name, createSeries(key));
      onLimit();
      return findCollapsed(collapsed, key);
    },
  };
}

function findCollapsed(collapsed: Map<string, Series>, key: SeriesKey): Series {
  const overflow = collapsedKey(key);
  const known = collapsed.get(nameOf(overflow));
  if (known !== undefined) return known;
  if (collapsed.size < MAX_COLLAPSED) return remember(collapsed, nameOf(overflow), createSeries(overflow));
  const last = { ...overflow, operation: OTHER, errorType: key.errorType === undefined ? undefined : OTHER };
  return collapsed.get(nameOf(last)) ?? remember(collapsed, nameOf(last), createSeries(last));
}

function collapsedKey(key: SeriesKey): SeriesKey {
  return {
    operation: key.operation,
    provider: OTHER,
    originalModel: OTHER,
    requestModel: OTHER,
    responseModel: OTHER,
    errorType: key.errorType,
    headers: [],
  };
}

function remember(table: Map<string, Series>, name: string, series: Series): Series {
  table.set(name, series);
  return series;
}

function nameOf(key: SeriesKey): string {
  let name = `${key.operation}${SEPARATOR}${key.provider}${SEPARATOR}${key.originalModel}${SEPARATOR}${key.requestModel}${SEPARATOR}${key.responseModel}${SEPARATOR}${key.errorType ?? ''}`;
  for (const part of key.headers) name += SEPARATOR + part;
  return name;
}

function createSeries(key: SeriesKey): Series {
  const attributes: Attributes = {};
  for (let index = 0; index + 1 < key.headers.length; index += 2) {
    attributes[key.headers[index] as string] = key.headers[index + 1];
  }
  // after the mapped headers: one that is mapped to a name of the contract does not replace it
  attributes['gen_ai.operation.name'] = key.operation;
  attributes['gen_ai.provider.name'] = key.provider;
  attributes['gen_ai.original.model'] = key.originalModel;
  attributes['gen_ai.request.model'] = key.requestModel;
  attributes['gen_ai.response.model'] = key.responseModel;
  if (key.errorType === undefined) delete attributes['error.type'];
  else attributes['error.type'] = key.errorType;
  const withToken = (counter: TokenCounter) => ({ ...attributes, 'gen_ai.token.type': TOKEN_TYPES[counter] });
  return {
    attributes,
    tokens: {
      input: withToken('input'),
      output: withToken('output'),
      cachedInput: withToken('cachedInput'),
      cacheCreationInput: withToken('cacheCreationInput'),
      reasoning: withToken('reasoning'),
    },
  };
}
