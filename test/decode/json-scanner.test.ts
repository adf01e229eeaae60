import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createJsonScanner } from '../../src/decode/json-scanner.js';
import { cutAt } from '../support/cuttings.js';

const RUNS = { numRuns: 300, seed: 11 };

function scan(pieces: readonly Uint8Array[]) {
  const scanner = createJsonScanner();
  for (const piece of pieces) scanner.feed(piece);
  return scanner;
}

const scanText = (text: string) => scan([Buffer.from(text)]);

/** Strings that hurt: escapes, quotes, backslashes, characters of two to four bytes, lone surrogates. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(fc.constantFrom('"', '\\', '\\"', '{', '}', '[', ',', ':', '\u2028', '🙂', 'ü', '\n', 'a', '\ud800'), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
);
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const object = fc.dictionary(text, value, { maxKeys: 8, noNullPrototype: false });

/** The object as JSON with random spaces, and random characters written as escapes. */
const written = fc
  .record({ object, spaces: fc.constantFrom(undefined, 1, '\t', '\r\n '), ascii: fc.boolean() })
  .map(({ object, spaces, ascii }) => {
    const json = JSON.stringify(object, undefined, spaces);
    const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return ascii ? json.replace(/[\u0080-\uffff]/g, escaped) : json;
  });
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 });

describe('the top level of a JSON object', () => {
  test('is what JSON.parse says, in any split', () => {
    fc.assert(
      fc.property(written, cuts, (json, places) => {
        const bytes = Buffer.from(json);
        const scanner = scan(cutAt(places)(bytes));
        expect(scanner.complete()).toBe(true);
        expect(scanner.root()).toBe('object');
        expect({ ...scanner.members() }).toEqual(JSON.parse(bytes.toString()));
      }),
      RUNS,
    );
  });

  test('is found byte by byte', () => {
    const json = '{"a":"\\\\\\"","b":{"a":[1,{"c":"}"}]},"model":"gpt \\u00fc 🙂","e":[],"n":-1.5e3,"t":true,"z":null}';
    const scanner = scan(Array.from(Buffer.from(json), (byte) => Buffer.from([byte])));
    expect({ ...scanner.members() }).toEqual(JSON.parse(json));
  });

  test('is known as far as it came', () => {
    const scanner = scanText('{"model":"gpt","n":1,"usage":{"a":');
    expect({ ...scanner.members() }).toEqual({ model: 'gpt', n: 1 });
    expect(scanner.complete()).toBe(false);
  });

  test('gives a big member as an empty value of its kind, whatever it crosses', () => {
    const big = 'x\\"'.repeat(20_000);
    const json = `{"messages":[{"model":"no","content":"${big}"}],"text":"${big}","deep":{"a":"${big}"},"number":${'1'.repeat(9000)},"model":"yes"}`;
    for (const size of [1000, 4096, 65_536, json.length]) {
      const pieces = Array.from({ length: Math.ceil(json.length / size) }, (_, index) =>
        Buffer.from(json.slice(index * size, (index + 1) * size)),
      );
      expect({ ...scan(pieces).members() }).toEqual({ messages: [], text: '', deep: {}, model: 'yes' });
    }
  });

  test('of two members of one name the last counts', () => {
    expect({ ...scanText('{"model":"a","x":{"model":"b"},"model":"c"}').members() }).toEqual({
      x: { model: 'b' },
      model: 'c',
    });
  });

  test('takes hostile names as plain members', () => {
    const members = scanText('{"__proto__":{"model":"x"},"constructor":1}').members();
    expect(Object.keys(members)).toEqual(['__proto__', 'constructor']);
    expect(members['model']).toBeUndefined();
  });

  test('keeps a bounded number of members and of characters of a name', () => {
    const many = JSON.stringify(Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`m${index}`, index])));
    expect(Object.keys(scanText(many).members())).toHaveLength(128);
    expect({ ...scanText(`{"${'n'.repeat(5000)}":1,"a":2}`).members() }).toEqual({ a: 2 });
  });
});

describe('what is no JSON object', () => {
  test.each([
    ['[{"model":"x"}]', 'array'],
    ['"model"', 'other'],
    ['hello', 'other'],
    ['', undefined],
    [' \n\t', undefined],
  ])('%j has no members', (json, root) => {
    const scanner = scanText(json);
    expect(scanner.root()).toBe(root);
    expect(scanner.complete()).toBe(false);
    expect({ ...scanner.members() }).toEqual({});
  });

  test('never throws, and what was read before stays read', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }), (pieces) => {
        const scanner = scan([Buffer.from('{"a":1,'), ...pieces]);
        expect(scanner.members()['a']).toBeDefined();
      }),
      RUNS,
    );
  });
});
