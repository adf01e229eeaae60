import type { ContentCapture } from '../../model/content-policy.js';
import { showValue } from '../show-value.js';
import { readBy, type ValueKind } from './kind.js';

/** The forms of a boolean, as Go's ParseBool reads them, since the gateway's users write those. */
const BOOLEANS = new Map([
  ['true', true],
  ['t', true],
  ['1', true],
  ['false', false],
  ['f', false],
  ['0', false],
]);

/** A switch. Anything that is not clearly on or off is refused: a typo must not expose what was to be hidden. */
export const boolean: ValueKind<boolean> = {
  schema: readBy((text) => BOOLEANS.get(text.toLowerCase())),
  allowed: 'true or false (also t, f, 1, 0; any case)',
  placeholder: 'true|false',
  isSwitch: true,
};

function member<Name extends string>(text: string, names: readonly Name[]): Name | undefined {
  const wanted = text.toLowerCase();
  return names.find((name) => name === wanted);
}

/**
 * One of a few names, in any case.
 * @param refusals names that people may well try, with the reason why each is not among them
 */
export function oneOf<const Name extends string>(
  names: readonly Name[],
  refusals: Readonly<Record<string, string>> = {},
): ValueKind<Name> {
  return {
    schema: readBy((text, refuse) => {
      const refusal = Object.entries(refusals).find(([name]) => name === text.toLowerCase());
      if (refusal) refuse(refusal[1]);
      return member(text, names);
    }),
    allowed: names.join(', '),
    placeholder: 'NAME',
  };
}

/** Several of a few names, comma-separated, in any case; repeated ones count once. `none` stands alone. */
export function listOf<const Name extends string>(names: readonly Name[]): ValueKind<readonly Name[]> {
  return {
    schema: readBy((text, refuse) => {
      const found = new Set<Name>();
      for (const part of text.split(',')) {
        const wanted = part.trim();
        const name = member(wanted, names);
        if (name) found.add(name);
        else refuse(wanted === '' ? 'has an empty member' : `has the unknown member ${showValue(wanted)}`);
      }
      if (found.size > 1 && [...found].some((name) => name === 'none')) refuse('combines none with another name');
      return [...found];
    }),
    allowed: `a comma-separated list of ${names.join(', ')}`,
    placeholder: 'LIST',
    list: true,
  };
}

const CAPTURES = new Map<string, ContentCapture>([
  ['no_content', { span: false, event: false }],
  ['span_only', { span: true, event: false }],
  ['event_only', { span: false, event: true }],
  ['span_and_event', { span: true, event: true }],
]);

/** Where content goes: the standard's names, or a boolean, of which true is the older way to say `span_only`. */
export const contentCapture: ValueKind<ContentCapture> = {
  schema: readBy((text) => {
    const name = text.toLowerCase();
    const all = BOOLEANS.get(name);
    return CAPTURES.get(all === undefined ? name : all ? 'span_only' : 'no_content');
  }),
  allowed: `${[...CAPTURES.keys()].join(', ')}, or true (span_only) or false (no_content); any case`,
  placeholder: 'NAME',
};
