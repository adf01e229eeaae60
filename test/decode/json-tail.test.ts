import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJsonTail } from '../../src/decode/json-tail.js';

const NAMES = ['model', 'usage'];
const read = (text: string) => readJsonTail(Buffer.from(text), NAMES);

describe('the last members of a big object', () => {
  test('are found behind what is not read', () => {
    const text = `{"data":[${'1,'.repeat(50_000)}1],"model":"m","usage":{"total_tokens":3}}\n`;
    expect(read(text)).toEqual({ model: 'm', usage: { total_tokens: 3 } });
  });

  test.each([
    ['nested in another member', '{"meta":{"usage":{"total_tokens":3}}}'],
    ['nested in a list', '{"data":[{"usage":{"total_tokens":3}}]}'],
    ['text of a string', JSON.stringify({ content: '"usage":{"total_tokens":3}}' })],
    ['the end of a longer name', '{"my\\"usage":{"total_tokens":3}}'],
    ['a value, not a name', '{"a":"usage"}'],
    ['in a list', '[{"usage":{"total_tokens":3}}]'],
    ['before a cut', '{"usage":{"total_tokens":3},"data":[1,'],
    ['not there', '{"a":1}'],
    ['of nothing', ''],
  ])('are not taken when the name is %s', (_where, text) => {
    expect(read(text)?.['usage']).toBeUndefined();
  });

  test('are not sought for ever', () => {
    const text = `{"data":[${'{"usage":1},'.repeat(300)}0],"usage":{"total_tokens":3}}`;
    expect(read(text)).toEqual({ usage: { total_tokens: 3 } });
  });

  test('are never what JSON.parse does not have at the top, and have its values', () => {
    const names = fc.constantFrom('model', 'usage', 'data', 'my"usage', 'x\\', 'usage"', '');
    const texts = fc.constantFrom(
      'usage',
      '"usage":{"a":1}}',
      'say \\"usage',
      '"model":"x","usage":1}',
      '}',
      '\\',
      'ü🙂',
    );
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        texts,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(names, tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(names, value, { maxKeys: 5 }), value), (whole) => {
        const text = JSON.stringify(whole);
        const found = read(text);
        if (!found) return;
        const parsed = JSON.parse(text);
        for (const [name, member] of Object.entries(found)) expect(parsed[name]).toEqual(member);
      }),
      { numRuns: 1500, seed: 12 },
    );
  });
});
