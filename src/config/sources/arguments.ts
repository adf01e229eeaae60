import { nearestName } from '../nearest.js';
import { NOT_SHOWN, type Problem } from '../problem.js';
import { flagOf, type Setting } from '../setting.js';
import { showValue } from '../show-value.js';
import { NAMES_BY_KEY, SETTINGS } from '../table/table.js';

/** What the command line says: texts by environment name, and what could not be understood. */
export interface ReadArguments {
  texts: Map<string, string>;
  problems: Problem[];
}

const SHOWN_CHARACTERS = 60;
const SEE_HELP = '--help lists every flag';

/** The key that an unknown one probably means: with a prefix too much or too little, or mistyped. */
export function suggestKey(written: string): string | undefined {
  const key = written.replace(/^genai-extproc-/, '');
  if (NAMES_BY_KEY.has(key)) return key;
  const keys = [...NAMES_BY_KEY.keys()];
  return keys.find((known) => known.endsWith(`-${key}`)) ?? nearestName(key, keys);
}

function unknownFlag(written: string): Problem {
  const near = suggestKey(written.replace(/^-+/, ''));
  return {
    flag: written.slice(0, SHOWN_CHARACTERS),
    source: 'flag',
    reason: 'is no flag',
    remedy: near ? `did you mean --${near}?` : SEE_HELP,
  };
}

function needsValue(name: string, setting: Setting): Problem {
  return {
    setting: name,
    flag: flagOf(name),
    source: 'flag',
    reason: 'needs a value',
    allowed: setting.kind.allowed,
    remedy: `a value that begins with two dashes is written so: ${flagOf(name)}=VALUE`,
  };
}

/**
 * Reads `--flag value`, `--flag=value` and, for booleans, `--flag` alone. The last of a repeated flag wins.
 * A value that begins with two dashes needs the form with `=`, so that a forgotten value does not swallow the next flag.
 */
export function readArguments(argv: readonly string[]): ReadArguments {
  const texts = new Map<string, string>();
  const problems: Problem[] = [];
  // the flag that the argument before this one belongs to, for what is then said of a stray argument
  let before: { flag: string; setting: Setting } | undefined;
  const stray = (argument: string): Problem => ({
    // what follows a credential may be its other half, after a blank that nobody quoted
    value: before?.setting.sensitive ? NOT_SHOWN : showValue(argument),
    source: 'flag',
    reason: 'belongs to no flag',
    remedy: before?.setting.kind.isSwitch ? `a boolean takes its value so: ${before.flag}=false` : SEE_HELP,
  });
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index]!;
    const next = argv[index + 1];
    if (argument === '--') continue;
    if (!argument.startsWith('-')) {
      problems.push(stray(argument));
      continue;
    }
    const [, flag, inline] = /^([^=]*)(?:=(.*))?$/s.exec(argument)!;
    const name = flag!.startsWith('--') ? NAMES_BY_KEY.get(flag!.slice(2)) : undefined;
    const setting = name === undefined ? undefined : SETTINGS.get(name);
    if (name === undefined || !setting) {
      problems.push(unknownFlag(flag!));
      before = undefined;
      // the next argument is most likely its value: no second problem, and never on the screen
      if (inline === undefined && next !== undefined && !next.startsWith('-')) index++;
      continue;
    }
    before = { flag: flag!, setting };
    if (inline !== undefined) texts.set(name, inline);
    else if (setting.kind.isSwitch) texts.set(name, 'true');
    else if (next === undefined || next.startsWith('--')) problems.push(needsValue(name, setting));
    else {
      texts.set(name, next);
      index++;
    }
  }
  return { texts, problems };
}
