import { type Problem, problemOf } from './problem.js';
import type { GivenTexts } from './sources/given.js';
import { type SettingsInput, tryRead } from './sources/given.js';
import { SETTINGS, type Values } from './table/table.js';

/** A file of nothing but mistakes would fill the screen. */
const MAX_REASONS = 50;

/**
 * Every setting's value, each judged by itself. A text that is not allowed gives a problem and leaves the default
 * in its place, so that what depends on several settings can be judged too and all problems come at once.
 */
export function readValues(
  given: GivenTexts['texts'],
  readFile: SettingsInput['readFile'],
): { values: Values; problems: Problem[] } {
  const problems: Problem[] = [];
  const values = new Map<string, unknown>();
  for (const [name, setting] of SETTINGS) {
    const fallback = setting.default === undefined ? undefined : setting.kind.schema.parse(setting.default);
    values.set(name, fallback);
    const text = given.get(name);
    if (!text) continue;
    const result = setting.kind.schema.safeParse(text.text);
    if (!result.success) {
      // one schema may say the same for several of its checks
      const reasons = new Set(result.error.issues.map((issue) => issue.message));
      for (const reason of reasons) {
        problems.push(problemOf(name, setting, text, reason));
      }
      continue;
    }
    values.set(name, result.data);
    if (!setting.judgeFile) continue;
    const content = tryRead(readFile, text.text);
    const reasons = 'reason' in content ? [content.reason] : setting.judgeFile(content.text);
    for (const reason of reasons.slice(0, MAX_REASONS)) problems.push(problemOf(name, setting, text, reason));
  }
  // the table gives each value's type, and the loop above covers the table
  return { values: Object.fromEntries(values) as Values, problems };
}
