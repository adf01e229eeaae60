import { parseSettings } from '../../src/config/parse-settings.js';
import type { Problem } from '../../src/config/problem.js';
import type { Settings } from '../../src/config/settings.js';

/** What a test says of the outside; everything else is empty. */
export interface Outside {
  env?: Record<string, string | undefined>;
  argv?: string[];
  files?: Record<string, string>;
}

export const PEM = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';

/** Every path that a test does not list is unreadable. */
export function parse({ env = {}, argv = [], files = {} }: Outside): ReturnType<typeof parseSettings> {
  const readFile = (path: string): string => {
    const content = Object.hasOwn(files, path) ? files[path] : undefined;
    if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return content;
  };
  return parseSettings({ argv, env, readFile });
}

/** The settings; what stands in their way is the test's failure. */
export function settingsOf(outside: Outside): Settings {
  const parsed = parse(outside);
  if (!parsed.ok) throw new Error(`unexpected problems: ${JSON.stringify(parsed.problems)}`);
  return parsed.settings;
}

export function problemsOf(outside: Outside): Problem[] {
  const parsed = parse(outside);
  return parsed.ok ? [] : parsed.problems;
}
