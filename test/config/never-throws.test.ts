import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblems } from '../../src/config/problem.js';
import { flagOf } from '../../src/config/setting.js';
import { SETTINGS } from '../../src/config/table/table.js';
import { SETTING_CASES } from './setting-cases.js';
import { parse } from './support.js';

const names = [...SETTINGS.keys()];
const tried = Object.values(SETTING_CASES).flatMap(({ valid, invalid }) => [
  ...valid.map(([text]) => text),
  ...invalid,
]);

const text = fc.oneof(
  fc.constantFrom(...tried),
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' ', ',', '%', '=', ':'),
);
const name = fc.oneof(
  fc.constantFrom(...names),
  fc.string().map((rest) => `GENAI_EXTPROC_${rest}`),
  fc.string(),
);
const env = fc.dictionary(name, text, { maxKeys: 12 });
const argument = fc.oneof(
  fc.constantFrom(...names.map(flagOf)),
  fc.tuple(fc.constantFrom(...names.map(flagOf)), text).map(([flag, value]) => `${flag}=${value}`),
  text,
);
const yaml = fc.oneof(
  text,
  fc
    .array(fc.tuple(fc.oneof(fc.constantFrom(...names.map((key) => flagOf(key).slice(2))), fc.string()), text), {
      maxLength: 6,
    })
    .map((pairs) => pairs.map(([key, value]) => `${key}: ${value}`).join('\n')),
);

describe('parseSettings', () => {
  it('never throws, and says something about what it refuses', () => {
    fc.assert(
      fc.property(env, fc.array(argument, { maxLength: 6 }), yaml, (variables, argv, content) => {
        const parsed = parse({ env: { GENAI_EXTPROC_CONFIG: '/f', ...variables }, argv, files: { '/f': content } });
        if (parsed.ok) return;
        expect(parsed.problems.length).toBeGreaterThan(0);
        for (const problem of parsed.problems) {
          expect(problem.reason).not.toBe('');
          expect(problem.setting ?? problem.flag ?? problem.value).toBeDefined();
        }
        expect(formatProblems(parsed.problems)).not.toMatch(/(?!\n)\p{Cc}/u);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws for anything in one setting alone', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), text, (one, value) => {
        const parsed = parse({ env: { [one]: value } });
        if (!parsed.ok) expect(parsed.problems.some(({ setting }) => setting === one)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('ends soon on long hostile texts', () => {
    const hostile = [
      'a'.repeat(100_000),
      ','.repeat(100_000),
      '://'.repeat(30_000),
      ':'.repeat(100_000),
      '1'.repeat(100_000),
      '%'.repeat(100_000),
      '['.repeat(100_000),
      '.'.repeat(100_000),
      ' '.repeat(100_000),
      'a.'.repeat(50_000),
    ];
    for (const value of hostile) {
      // processor time: other tests share the machine
      const before = process.cpuUsage();
      parse({ env: Object.fromEntries(names.map((one) => [one, value])) });
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000).toBeLessThan(5000);
    }
  });
});
