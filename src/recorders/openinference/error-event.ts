import type { Failure } from '../../model/record.js';

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
export function exceptionType(status: number): string {
  return TYPES[status] ?? (status >= 500 ? 'InternalServerError' : 'Error');
}

/** `exception.message`; a hidden answer leaves the status alone. */
export function exceptionMessage(exception: NonNullable<Failure['exception']>, hideBody: boolean): string {
  const code = `Error code: ${exception.status}`;
  return hideBody || exception.body === '' ? code : `${code} - ${exception.body}`;
}
