import { buildSettings } from './build/build-settings.js';
import { createJudge } from './build/judge.js';
import type { Problem } from './problem.js';
import type { Settings } from './settings.js';
import { gatherTexts, type SettingsInput } from './sources/given.js';
import { unknownVariables } from './unknown-variables.js';
import { readValues } from './values.js';

/** The settings, or every reason why there are none; warnings are for people in both cases. */
export type ParsedSettings =
  | { ok: true; settings: Settings; warnings: string[] }
  | { ok: false; problems: Problem[]; warnings: string[] };

/**
 * Reads the settings: flag, then environment, then the optional YAML file, then default. Pure but for `readFile`,
 * never throws, and finds every problem at once.
 */
export function parseSettings(input: SettingsInput): ParsedSettings {
  const given = gatherTexts(input);
  const { values, problems: valueProblems } = readValues(given.texts, input.readFile);
  const problems = [...given.problems, ...valueProblems];
  const warnings = unknownVariables(input.env);
  const settings = buildSettings(values, createJudge(given.texts, problems, warnings));
  return problems.length === 0 ? { ok: true, settings, warnings } : { ok: false, problems, warnings };
}
