import { z } from 'zod';
import { NOT_ALLOWED, type ValueKind } from './kind.js';

/** A file's path. Whether the file can be read is another question, asked where files are read. */
export const filePath: ValueKind<string> = {
  schema: z
    .string()
    .min(1, NOT_ALLOWED)
    .refine((path) => !path.includes('\0'), 'has a zero byte'),
  allowed: 'the path of a readable file',
  placeholder: 'PATH',
};

/** A name without blanks and control characters. */
export function name(maxCharacters: number): ValueKind<string> {
  return {
    schema: z
      .string()
      .max(maxCharacters, `has more than ${maxCharacters} characters`)
      .regex(/^[^\s\p{Cc}]+$/u, NOT_ALLOWED),
    allowed: `a name of at most ${maxCharacters} characters, without blanks`,
    placeholder: 'NAME',
  };
}

/** Text without control characters. */
export function text(maxCharacters: number): ValueKind<string> {
  return {
    schema: z
      .string()
      .max(maxCharacters, `has more than ${maxCharacters} characters`)
      .regex(/^\P{Cc}+$/u, 'has a control character'),
    allowed: `text of at most ${maxCharacters} characters`,
    placeholder: 'TEXT',
  };
}
