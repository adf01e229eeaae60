import type { Failure } from '../model/record.js';

/** The types of error events that `error.type` takes over (telemetry contract, section 3); everything else is `stream_error`. */
const EVENT_TYPES: ReadonlySet<string> = new Set([
  'invalid_request_error',
  'authentication_error',
  'permission_error',
  'not_found_error',
  'rate_limit_error',
  'rate_limit_exceeded',
  'insufficient_quota',
  'overloaded_error',
  'api_error',
  'server_error',
  'timeout_error',
]);

/** Characters of an error's body that its exception message takes. */
const BODY_CHARACTERS = 32 * 1024;

/** How a call went, as far as its failure depends on it. */
export interface CallOutcome {
  status?: number | undefined;
  /** The answer stopped before its end. */
  interrupted: boolean;
  requestUnparsable: boolean;
  responseUnparsable: boolean;
  /** An error event inside the stream, with its text. */
  errorEvent?: { type?: string | undefined; code?: string | undefined; text: string } | undefined;
  /** The text of an error answer; asked for only then. */
  errorBody(): string;
}

/** The call's failure; `undefined` for a success. */
export function failureOf(outcome: CallOutcome): Failure | undefined {
  const { status, errorEvent } = outcome;
  if (status !== undefined && status >= 400) {
    return { type: String(status), exception: { status, body: outcome.errorBody().slice(0, BODY_CHARACTERS) } };
  }
  if (errorEvent) {
    const type = [errorEvent.type, errorEvent.code].find((name) => name !== undefined && EVENT_TYPES.has(name));
    const body = errorEvent.text.slice(0, BODY_CHARACTERS);
    return { type: type ?? 'stream_error', exception: { status: status ?? 200, body } };
  }
  if (outcome.interrupted) return { type: 'interrupted' };
  if (outcome.responseUnparsable) return { type: 'unparsable_response' };
  if (outcome.requestUnparsable) return { type: 'unparsable_request' };
  return undefined;
}
