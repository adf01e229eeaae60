import { type GivenText, type Problem, problemOf } from '../problem.js';
import { flagOf } from '../setting.js';
import { SETTINGS, type SettingName } from '../table/table.js';

/** Takes what is wrong or doubtful between settings, each of which is fine by itself. */
export interface Judge {
  /** Whether the setting has a text of its own, from wherever. */
  isGiven(name: SettingName): boolean;
  /**
   * The settings cannot be used: `name` is the setting to change. Silent when one of `others`, which the reason speaks of,
   * is refused already: its default stood in for it, and nobody asked for that combination.
   */
  refuse(name: SettingName, reason: string, remedy: string, others: readonly SettingName[]): void;
  /** The settings can be used, but not quite as they stand. */
  warn(warning: string): void;
}

/** A judge that writes into the two lists; the same problem counts once. */
export function createJudge(given: ReadonlyMap<string, GivenText>, problems: Problem[], warnings: string[]): Judge {
  const createProblem = (name: SettingName, reason: string, remedy: string): Problem => {
    const text = given.get(name);
    if (!text) return { setting: name, flag: flagOf(name), reason, remedy };
    return { ...problemOf(name, SETTINGS.get(name)!, text, reason), allowed: undefined, remedy };
  };
  return {
    isGiven: (name) => given.has(name),
    refuse(name, reason, remedy, others) {
      if (problems.some((problem) => others.some((other) => other === problem.setting))) return;
      const known = problems.some((other) => other.setting === name && other.reason === reason);
      if (!known) problems.push(createProblem(name, reason, remedy));
    },
    warn(warning) {
      if (!warnings.includes(warning)) warnings.push(warning);
    },
  };
}
