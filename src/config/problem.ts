import { flagOf, type Setting } from './setting.js';
import { escapeControls, showValue } from './show-value.js';

/** Where a setting's text came from. */
export type Source = 'flag' | 'environment' | 'file';

/** A setting's text and where it came from. */
export interface GivenText {
  text: string;
  source: Source;
}

/** One reason why the settings cannot be used. */
export interface Problem {
  /** The setting's environment name; absent where no setting is meant (an unknown flag, a stray argument). */
  setting?: string | undefined;
  /** The setting's flag, or the unknown flag as it was written. */
  flag?: string | undefined;
  source?: Source | undefined;
  /** The value for people: quoted, shortened, never a credential; absent where there is none. */
  value?: string | undefined;
  /** What is wrong, as what follows the value: "is not allowed". */
  reason: string;
  /** What is allowed instead. */
  allowed?: string | undefined;
  /** What to do. */
  remedy?: string | undefined;
}

/** Stands for the value of a setting that holds credentials. */
export const NOT_SHOWN = 'the value (not shown)';

/** The problem of a setting's text, with what the setting allows. */
export function problemOf(name: string, setting: Setting, given: GivenText, reason: string): Problem {
  return {
    setting: name,
    flag: flagOf(name),
    source: given.source,
    value: setting.sensitive ? NOT_SHOWN : showValue(given.text),
    reason,
    allowed: setting.kind.allowed,
  };
}

const SOURCES: Record<Source, string> = {
  flag: 'from its flag',
  environment: 'from the environment',
  file: 'from the file',
};

function formatName({ setting, flag, source }: Problem): string | undefined {
  if (setting === undefined) return flag && escapeControls(flag);
  return `${setting} (${flag})${source ? `, ${SOURCES[source]}` : ''}`;
}

function formatProblem(problem: Problem): string {
  const { value, reason, allowed, remedy } = problem;
  const name = formatName(problem);
  const lines = [`  ${name ? `${name}: ` : ''}${value ? `${value} ` : ''}${reason}`];
  if (allowed) lines.push(`      allowed: ${allowed}`);
  if (remedy) lines.push(`      ${remedy}`);
  return lines.join('\n');
}

/** Every problem, for stderr: a headline, then each with what is allowed or what to do; a newline at the end. */
export function formatProblems(problems: readonly Problem[]): string {
  const headline =
    problems.length === 1
      ? 'The settings cannot be used:'
      : `The settings cannot be used, ${problems.length} problems:`;
  return `${[headline, ...problems.map(formatProblem)].join('\n')}\n`;
}
