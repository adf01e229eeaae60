import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asArray,
  asCount,
  asNumber,
  asObject,
  asString,
  asText,
  parseJson,
  parseObject,
  writeJson,
} from '../../src/model/json.js';

describe('safe reads', () => {
  const values = [
    undefined,
    null,
    true,
    0,
    -0,
    1,
    -1,
    1.5,
    2 ** 53,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    'a',
    '1',
    [],
    [1],
    {},
    { a: 1 },
    () => 1,
  ];
  const kept = (read: (value: unknown) => unknown) => values.filter((value) => read(value) !== undefined);

  test.each<[string, (value: unknown) => unknown, unknown[]]>([
    ['asObject', asObject, [{}, { a: 1 }]],
    ['asArray', asArray, [[], [1]]],
    ['asString', asString, ['', 'a', '1']],
    ['asText', asText, ['a', '1']],
    ['asNumber', asNumber, [0, -0, 1, -1, 1.5, 2 ** 53]],
    ['asCount', asCount, [0, -0, 1]],
  ])('%s takes its own type only', (_name, read, expected) => expect(kept(read)).toEqual(expected));
});

describe('JSON texts', () => {
  test('are what JSON.parse says, and no error', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
      { seed: 22 },
    );
    fc.assert(
      fc.property(fc.string(), (text) => void parseJson(text)),
      { seed: 23 },
    );
  });

  test('may begin with a byte order mark, one', () => {
    expect(parseObject('\ufeff{"a":1}')).toEqual({ a: 1 });
    expect(parseJson('\ufeff\ufeff{}')).toBeUndefined();
    expect(parseJson('\ufeff')).toBeUndefined();
  });

  test('have an object at the top, or are none for us', () => {
    expect(['[1]', '1', 'null', '"a"', '', '{'].map(parseObject)).toEqual(Array(6).fill(undefined));
  });

  test('nested too deep are not written, and no error', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    expect(writeJson(deep)).toBeUndefined();
    expect(writeJson({ a: [1] })).toBe('{"a":[1]}');
  });
});
