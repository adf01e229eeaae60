import { expect, test } from 'vitest';
import { readBaggage } from '../../src/telemetry/baggage.js';

test.each([
  ['alone', 'session.id=abc', 'abc'],
  ['among others, with blanks and a property', 'a=1, session.id = abc;property=1 ,b=2', 'abc'],
  ['percent-encoded', 'session.id=a%20b%C3%A9', 'a bé'],
  ['empty', 'session.id=', undefined],
  ['badly encoded', 'session.id=%E0%A4%A', undefined],
  ['not there', 'other=1', undefined],
  ['no header', '', undefined],
  ['within the limit', `${'a=1,'.repeat(10)}session.id=in`, 'in'],
  ['across the limit', `${`pad=${'x'.repeat(2723)},`.repeat(3)}session.id=cut-off-here`, undefined],
  ['before what is too long', `session.id=first,${'y'.repeat(20_000)}`, 'first'],
  ['nothing but commas', ','.repeat(60_000), undefined],
])('%s', (_name, header, expected) => expect(readBaggage(header, 'session.id')).toBe(expected));

test('names of an object are no entries', () => {
  for (const key of ['__proto__', 'constructor', 'toString']) expect(readBaggage('a=1', key)).toBeUndefined();
});
