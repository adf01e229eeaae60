import { z } from 'zod';

/** What sort of value a setting takes: how its text is read, and how people are told about it. */
export interface ValueKind<Value> {
  /** From the setting's text (blanks trimmed) to its value; its issues' messages are made for people. */
  readonly schema: z.ZodType<Value, string>;
  /** What is allowed, as a phrase that may follow "allowed: ". */
  readonly allowed: string;
  /** Stands for the value in `--flag VALUE`. */
  readonly placeholder: string;
  /** The text is a comma-separated list, so that a YAML sequence may stand for it. */
  readonly list?: boolean;
  /** A boolean: its flag alone means true. */
  readonly isSwitch?: boolean;
}

/** The reason of a refusal about which there is no more to say than what is allowed. */
export const NOT_ALLOWED = 'is not allowed';

/** A list of nothing but commas would give a reason each, on the screen of somebody who needs the first. */
const MAX_REASONS = 50;

/**
 * A schema made of a reading function, for the values that have a grammar of their own.
 * `read` returns `undefined` for a text that is not allowed; what it hands to `refuse` says why, once for each thing wrong.
 */
export function readBy<Value>(
  read: (text: string, refuse: (reason: string) => void) => Value | undefined,
): z.ZodType<Value, string> {
  return z.string().transform((text, context) => {
    let refusals = 0;
    const refuse = (message: string): void => {
      if (refusals++ < MAX_REASONS) context.addIssue({ code: 'custom', message });
    };
    const value = read(text, refuse);
    if (value === undefined && refusals === 0) refuse(NOT_ALLOWED);
    return refusals > 0 || value === undefined ? z.NEVER : value;
  });
}
