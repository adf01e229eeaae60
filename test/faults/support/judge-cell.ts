import type { AccessLogRow } from '../../support/envoy.js';
import { TOKENS } from './answers.js';
import type { Cell, Expectation, PlayedCell } from './cell.js';
import { FAMILY_BODIES } from './family-bodies.js';
import { difference } from './transcript.js';

/** What time decides in Envoy itself: response headers, columns of its log. */
export interface Races {
  headers?: readonly string[];
  columns?: readonly string[];
}

/** How client and upstream were treated otherwise than without the filter. */
export function judgeTraffic({ observed, control }: PlayedCell, { headers = [] }: Races = {}): string[] {
  const texts = difference(observed.client, control.client, headers).map((text) => `the client saw ${text}`);
  if (observed.upstream.length !== control.upstream.length) {
    texts.push(`${observed.upstream.length} attempts reached the upstream instead of ${control.upstream.length}`);
  }
  observed.upstream.forEach((seen, index) => {
    const other = control.upstream[index];
    if (other) texts.push(...difference(seen, other).map((text) => `the upstream saw ${text}`));
  });
  return texts;
}

/** Columns in which Envoy itself tells how a request went. */
const ENVOYS_OWN = [
  'response_code',
  'response_flags',
  'response_code_details',
  'bytes_sent',
  'bytes_received',
] as const;

const HOW_IT_ENDED = ['response_flags', 'response_code_details'];

/**
 * Node's HTTP/2 client ends its half of a stream before it resets it. Where both come in one packet Envoy logs the reset, where not a body
 * that is shorter than its length. And a client that leaves at the last byte of a known length races the upstream's end.
 */
function isRace({ shape, script }: Cell): boolean {
  if (script.step?.kind !== 'client leaves') return false;
  return (shape.down === 'h2' && script.at === 'body') || (shape.length && script.at === 'last');
}

/** What is wrong with the access log's row of an observed call. */
export function judgeRow(
  { id, traceId, model, cell, control }: PlayedCell,
  { recorded, errorType, model: modelKnown, trace, tokens }: Expectation,
  rows: ReadonlyMap<string, readonly AccessLogRow[]>,
  races: Races = {},
): string[] {
  const [row, ...more] = rows.get(id) ?? [];
  const [twin] = rows.get(`${id}-control`) ?? [];
  if (!row) return twin ? ['no access log row'] : [];
  const texts = more.length > 0 ? [`${more.length + 1} access log rows`] : [];
  const columns = [...(races.columns ?? []), ...(isRace(cell) ? HOW_IT_ENDED : [])];
  for (const column of ENVOYS_OWN) {
    if (!columns.includes(column) && row[column] !== twin?.[column])
      texts.push(`${column} ${row[column]} in the log instead of ${twin?.[column]}`);
  }
  const expectColumn = (column: string, value: unknown) => {
    if (row[column] !== value)
      texts.push(`${column} ${JSON.stringify(row[column])} in the log, not ${JSON.stringify(value)}`);
  };
  if (recorded === 'never') {
    expectColumn('trace_id', null);
    return texts;
  }
  if (trace === true) expectColumn('trace_id', traceId);
  if (modelKnown === true) expectColumn('gen_ai.request.model', model);
  if (recorded === 'once' && control.client.status >= 400 && typeof errorType === 'string') {
    expectColumn('error_type', errorType);
  }
  const found = row['gen_ai.usage.total_tokens'];
  if (tokens === true && found !== TOKENS) texts.push(`${found} tokens in the log`);
  const begun = cell.shape.format === 'json' ? undefined : FAMILY_BODIES[cell.shape.family].begun;
  const early = found === null || found === begun;
  if (tokens === false && !early) texts.push(`${found} tokens in the log of a call without`);
  if (tokens === 'perhaps' && !early && found !== TOKENS) texts.push(`${found} tokens in the log`);
  return texts;
}
