import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePartialJson } from '../../src/decode/partial-json.js';

describe('a JSON text that was cut', () => {
  test.each([
    ['{"a": 1', { a: 1 }],
    ['{"a": 1 ', { a: 1 }],
    ['{"a": 12, "b', { a: 12 }],
    ['{"a": 12, "b":', { a: 12 }],
    ['{"a": 12, "b": "x', { a: 12 }],
    ['{"a": [1, 2', { a: [1, 2] }],
    ['{"a": [1, {"c": tr', { a: [1, {}] }],
    ['{"a": [1, {"c": true', { a: [1, { c: true }] }],
    ['{', {}],
    ['[1,', [1]],
    ['{"a": -', {}],
    ['{"a": 1.', {}],
    ['{"a":"x"', { a: 'x' }],
    ['{"a":"x\\', {}],
    ['{"a":"x\\"', {}],
    ['{"a":"x\\\\"', { a: 'x\\' }],
    ['{"a": {"b": "c", "d": [', { a: { b: 'c', d: [] } }],
    ['{"a":{"b":1},"c":[{}],"d', { a: { b: 1 }, c: [{}] }],
    ['{"}":"]","a":"{', { '}': ']' }],
    ['{"a":1} ', { a: 1 }],
    ['"whole"', 'whole'],
    ['17', 17],
  ])('%s', (text, value) => expect(parsePartialJson(text)).toEqual(value));

  test.each(['', ' ', '"abc', 'tru', 'weather', '{"a": 1}}', '{"a":1,}', '[1}', ']', '{"a" 1', ','])(
    '%s says nothing, or nothing but what is whole',
    (text) => expect([undefined, {}]).toContainEqual(parsePartialJson(text)),
  );

  test('however a text is cut, what comes out is the beginning of what was meant', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 4 }), fc.double({ min: 0, max: 1, noNaN: true }), (value, part) => {
        const text = JSON.stringify(value);
        const cut = text.slice(0, Math.max(1, Math.round(text.length * part)));
        isBeginning(parsePartialJson(cut), JSON.parse(text));
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  test('no text throws, however deep or odd', () => {
    const texts = fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '1', 'x', '\\', ' ') });
    fc.assert(
      fc.property(texts, (text) => void parsePartialJson(text)),
      { numRuns: 500, seed: 5 },
    );
    expect(() => parsePartialJson('['.repeat(200_000))).not.toThrow();
    expect(() => parsePartialJson(`{"a":"${'\\'.repeat(100_000)}`)).not.toThrow();
  });
});

/** Members and entries that are there are the meant ones; of a number its first digits may be all there is. */
function isBeginning(actual: unknown, meant: unknown): void {
  if (typeof actual === 'number') expect(typeof meant).toBe('number');
  else if (typeof actual !== 'object' || actual === null) expect(actual).toEqual(meant);
  else {
    for (const [key, value] of Object.entries(actual)) {
      expect(Object.hasOwn(meant as object, key)).toBe(true);
      isBeginning(value, (meant as Record<string, unknown>)[key]);
    }
  }
}
