import { type GenAiRecord, type Recorder, timeToFirstToken } from '../model/record.js';
import { createPaint, type Paint } from './paint.js';

const NOT_KNOWN = '–';
const MAX_CHARACTERS = 80;
const COLUMNS = [
  ['time', 8],
  ['operation', 11],
  ['status', 6],
  ['1st token', 9],
  ['duration', 8],
  ['tokens in → out', 15],
] as const;

/** The line that names the columns of {@link formatCall}. */
function callHeader(paint: Paint): string {
  return paint.dim(`${COLUMNS.map(([name, width]) => name.padEnd(width)).join('  ')}  model, session, trace`);
}

/**
 * One call as a line for a person: time, operation, status, time to first token, duration, tokens, model, session,
 * trace id, and what went wrong. Everything that a client or a provider wrote is stripped of control characters.
 */
function formatCall(record: GenAiRecord, paint: Paint): string {
  const { usage, timing, failure } = record;
  const tokens = usage.input === undefined && usage.output === undefined ? undefined : [usage.input, usage.output];
  const status = String(record.status ?? NOT_KNOWN);
  const cells = [
    new Date(timing.startTime + timing.duration).toTimeString().slice(0, 8),
    clean(record.endpoint.operation),
    status,
    formatMillis(timeToFirstToken(record)),
    formatMillis(timing.duration),
    tokens?.map((count) => count ?? NOT_KNOWN).join(' → ') ?? NOT_KNOWN,
  ].map((cell, index) => cell.padEnd(COLUMNS[index]?.[1] ?? 0));
  cells[0] = paint.dim(cells[0] ?? '');
  cells[2] = (failure ? paint.red : paint.green)(cells[2] ?? '');
  cells.push(modelOf(record));
  if (record.cost) cells.push(formatCost(record.cost.total));
  const session = record.headers.log.get('session.id') ?? record.headers.span.get('session.id');
  if (session) cells.push(`${paint.dim('session')} ${clean(session)}`);
  if (record.trace.traceId) cells.push(paint.dim(`trace ${clean(record.trace.traceId)}`));
  if (failure && failure.type !== status) cells.push(paint.red(clean(failure.type)));
  return cells.join('  ');
}

/** The recorder that prints calls, the names of the columns before the first. */
export function createCallLine(options: { write(line: string): void; color: boolean }): Recorder {
  const paint = createPaint(options.color);
  let first = true;
  return {
    name: 'call-line',
    record(record) {
      if (first) options.write(callHeader(paint));
      first = false;
      options.write(formatCall(record, paint));
    },
  };
}

function modelOf(record: GenAiRecord): string {
  const asked = clean(record.originalModel ?? record.requestModel ?? NOT_KNOWN);
  const answered = record.reportedModel === undefined ? asked : clean(record.reportedModel);
  return asked === answered ? asked : `${asked} → ${answered}`;
}

function formatMillis(millis: number | undefined): string {
  if (millis === undefined) return NOT_KNOWN;
  return millis < 999.5 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(2)} s`;
}

/** Dollars with three significant digits: calls cost from millionths to tens. */
function formatCost(dollars: number): string {
  return `$${Number(dollars.toPrecision(3))}`;
}

/** Without what could move the cursor, colour the terminal or reverse its text; of bounded length. */
function clean(text: string): string {
  const characters = [...text.slice(0, MAX_CHARACTERS * 2).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')];
  return characters.length > MAX_CHARACTERS
    ? `${characters.slice(0, MAX_CHARACTERS - 1).join('')}…`
    : characters.join('');
}
