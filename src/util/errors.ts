/**
 * Everything that can stop the program, with a stable code. `docs/errors.md` explains each code; a test keeps the two equal.
 * What goes wrong with a call is no error of the program: it is a record's failure, or a counter.
 */
export const ERROR_CODES = {
  SETTINGS_INVALID: 'A setting is not understood.',
  LISTEN_FAILED: 'The ext_proc address cannot be had.',
  TLS_FAILED: 'Certificate and key of the ext_proc port are no good.',
  ADMIN_FAILED: 'The admin address cannot be had.',
  GATEWAY_FAILED: 'The address for clients cannot be had.',
  UPSTREAM_INVALID: 'What shall be behind Envoy is not understood.',
  CA_BUNDLE_MISSING: 'There are no certificate authorities to check a https upstream with.',
  ENVOY_MISSING: 'There is no Envoy, and none could be fetched.',
  ENVOY_FAILED: 'Envoy did not start, or it died.',
  MODEL_FAILED: 'The model on this machine did not start, or it died.',
  WORKER_FAILED: 'A worker of several did not start.',
  UNKNOWN_COMMAND: 'The command line names no command of ours.',
  UNHEALTHY: 'The sidecar that was asked does not serve.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error for people: what happened, why, which setting has to do with it, and what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** The setting to change, by its names; absent where none helps. */
  readonly setting: string | undefined;

  constructor(code: ErrorCode, message: string, setting?: string) {
    super(message);
    this.name = 'AppError';
    this.code = code;
    this.setting = setting;
  }

  /** Wraps what was thrown; an {@link AppError} stays what it is. `what`: the sentence for people. */
  static from(code: ErrorCode, cause: unknown, what: string, setting?: string): AppError {
    if (cause instanceof AppError) return cause;
    const wrapped = new AppError(code, `${what}: ${reasonOf(cause)}`, setting);
    wrapped.cause = cause;
    return wrapped;
  }
}

/** One sentence for a person's eyes: no stack, the remedy at the end. */
export function formatError(error: unknown): string {
  if (!(error instanceof AppError)) return `error: ${reasonOf(error)}`;
  const remedy = error.setting === undefined ? '' : `\n  change it with ${error.setting}`;
  return `error ${error.code}: ${error.message}${remedy}`;
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return /EADDRINUSE|address already in use/i.test(cause.message) ? 'the port is already in use' : cause.message;
}
