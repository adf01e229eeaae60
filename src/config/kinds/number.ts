import { z } from 'zod';
import { NOT_ALLOWED, readBy, type ValueKind } from './kind.js';

/** The longest time a Node timer can wait; beyond it a timer fires at once. */
const MAX_MILLIS = 2 ** 31 - 1;

/** A whole number in decimal digits, from `min` to `max` (both allowed). */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): ValueKind<number> {
  return {
    schema: z
      .string()
      .regex(/^-?\d{1,16}$/, NOT_ALLOWED)
      .transform(Number)
      .pipe(z.int(NOT_ALLOWED).min(min, NOT_ALLOWED).max(max, NOT_ALLOWED)),
    allowed: max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`,
    placeholder: 'NUMBER',
  };
}

/** Milliseconds that a timer can wait. */
export function milliseconds(min: number, max: number = MAX_MILLIS): ValueKind<number> {
  return wholeNumber(min, max);
}

/** A whole number from 1, or -1 for no limit. */
export const countOrUnlimited: ValueKind<number> = {
  schema: readBy((text) => {
    if (text === '-1') return -1;
    return wholeNumber(1).schema.safeParse(text).data;
  }),
  allowed: 'a whole number from 1, or -1 for no limit',
  placeholder: 'NUMBER',
};

/** A share from 0 to 1. */
export const ratio: ValueKind<number> = {
  schema: z
    .string()
    .regex(/^(\d{1,20}(\.\d{0,20})?|\.\d{1,20})(e[+-]?\d{1,3})?$/i, NOT_ALLOWED)
    .transform(Number)
    .pipe(z.number(NOT_ALLOWED).min(0, NOT_ALLOWED).max(1, NOT_ALLOWED)),
  allowed: 'a number from 0 to 1 (such as 0.25)',
  placeholder: 'NUMBER',
};

/** Unix permission bits in octal digits, as chmod takes them. */
export const fileMode: ValueKind<number> = {
  schema: z
    .string()
    .regex(/^0?[0-7]{3}$/, NOT_ALLOWED)
    .transform((text) => Number.parseInt(text, 8)),
  allowed: 'three octal digits (such as 660)',
  placeholder: 'MODE',
};
