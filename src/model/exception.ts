import type { Attributes } from './attributes.js';
import type { Failure } from './record.js';
import type { SpanEvent } from './trace.js';

const TYPES: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  403: 'PermissionDeniedError',
  404: 'NotFoundError',
  409: 'ConflictError',
  422: 'UnprocessableEntityError',
  429: 'RateLimitError',
};

/** `exception.type` of an HTTP status: the names of the official SDKs' errors. */
function exceptionType(status: number): string {
  return TYPES[status] ?? (status >= 500 ? 'InternalServerError' : 'Error');
}

/** What is told of a failure: the exception's own text, or what happened. An error's body is content: without it the status stands alone. */
export function failureMessage(failure: Failure, showBody: boolean): string {
  const { exception } = failure;
  if (!exception) return failure.type;
  const code = `Error code: ${exception.status}`;
  return showBody && exception.body !== '' ? `${code} - ${exception.body}` : code;
}

/** The `exception` event; only HTTP errors and error events have one (telemetry contract, section 3). `time` in epoch milliseconds. */
export function exceptionEvent(failure: Failure | undefined, time: number, showBody: boolean): SpanEvent | undefined {
  if (!failure?.exception) return undefined;
  const attributes: Attributes = {
    'exception.type': exceptionType(failure.exception.status),
    'exception.message': failureMessage(failure, showBody),
  };
  return { name: 'exception', time, attributes };
}
