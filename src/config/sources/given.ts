import { type GivenText, type Problem, problemOf, type Source } from '../problem.js';
import type { Setting } from '../setting.js';
import { SETTINGS } from '../table/table.js';
import { readArguments } from './arguments.js';
import { FILE_SETTING, readConfigFile } from './file.js';

/** Everything that settings are made of; nothing else is looked at. */
export interface SettingsInput {
  /** What follows the subcommand. */
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** The content of a text file; throws when it cannot be read. */
  readFile: (path: string) => string;
}

/** The text of every setting that has one, by environment name, and what could not be understood. */
export interface GivenTexts {
  texts: ReadonlyMap<string, GivenText>;
  problems: Problem[];
}

/** Blanks around a value mean nothing, and an empty value is the same as none; except where empty means something. */
function meant(setting: Setting, text: string | undefined): string | undefined {
  if (text === undefined || setting.keepsEmpty) return text;
  const trimmed = text.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** The content of the file; what `readFile` throws becomes a reason. */
export function tryRead(readFile: SettingsInput['readFile'], path: string): { text: string } | { reason: string } {
  try {
    return { text: readFile(path) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return { reason: `cannot be read${code}` };
  }
}

/** Takes each setting's text from the first of flag, environment and file that has one. */
export function gatherTexts({ argv, env, readFile }: SettingsInput): GivenTexts {
  const fromArguments = readArguments(argv);
  const problems = [...fromArguments.problems];
  const texts = new Map<string, GivenText>();
  const take = (source: Source, textOf: (name: string) => string | undefined): void => {
    for (const [name, setting] of SETTINGS) {
      const text = texts.has(name) ? undefined : meant(setting, textOf(name));
      if (text !== undefined) texts.set(name, { text, source });
    }
  };
  take('flag', (name) => fromArguments.texts.get(name));
  take('environment', (name) => env[name]);

  const path = texts.get(FILE_SETTING);
  if (path) {
    const content = tryRead(readFile, path.text);
    if ('reason' in content) {
      problems.push(problemOf(FILE_SETTING, SETTINGS.get(FILE_SETTING)!, path, content.reason));
    } else {
      const fromFile = readConfigFile(path.text, content.text);
      problems.push(...fromFile.problems);
      take('file', (name) => fromFile.texts.get(name));
    }
  }
  return { texts, problems };
}
