import { describe, expect, it } from 'vitest';
import { flagOf } from '../../src/config/setting.js';
import { gatherTexts } from '../../src/config/sources/given.js';
import { SETTINGS, type SettingName } from '../../src/config/table/table.js';
import { readValues } from '../../src/config/values.js';
import { SETTING_CASES } from './setting-cases.js';
import { type Outside, PEM, parse, problemsOf } from './support.js';

const files: Record<string, string> = {
  '/readable.pem': PEM,
  '/not-a.pem': 'text',
  '/etc/prices.yml': 'providers: []',
  '/settings.yaml': '',
};

/** One setting's value, before it is put together with others. */
function readValue(name: SettingName, { env = {}, argv = [] }: Outside): unknown {
  const readFile = (path: string): string => files[path]!;
  const given = gatherTexts({ argv, env, readFile });
  const { values, problems } = readValues(given.texts, readFile);
  expect([...given.problems, ...problems]).toEqual([]);
  return values[name];
}

describe.each(Object.entries(SETTING_CASES))('%s', (key, { valid, invalid }) => {
  const name = key as SettingName;
  const setting = SETTINGS.get(name)!;

  it.each(valid)('reads %j, from the environment and from its flag', (text, value) => {
    expect(readValue(name, { env: { [name]: text } })).toEqual(value);
    expect(readValue(name, { argv: [`${flagOf(name)}=${text}`] })).toEqual(value);
  });

  it.each(invalid)('refuses %j and says what is allowed', (text) => {
    const problems = problemsOf({ env: { [name]: text }, files }).filter((problem) => problem.setting === name);
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) {
      expect(problem).toMatchObject({ flag: flagOf(name), source: 'environment', allowed: setting.kind.allowed });
    }
    const [problem] = problemsOf({ argv: [`${flagOf(name)}=${text}`], files });
    expect(problem).toMatchObject({ setting: name, source: 'flag' });
  });

  it('takes an empty value for none, except in the header mapping', () => {
    const unset = readValue(name, {});
    const empty = setting.keepsEmpty ? [] : unset;
    expect(readValue(name, { env: { [name]: '' } })).toEqual(empty);
    expect(readValue(name, { argv: [`${flagOf(name)}=`] })).toEqual(empty);
    if (!setting.keepsEmpty) expect(readValue(name, { env: { [name]: '  ' } })).toEqual(unset);
  });
});

describe('without any setting', () => {
  it('gives the defaults and no warning', () => {
    expect(parse({})).toMatchSnapshot();
  });
});
