import { flagOf, type Setting } from '../setting.js';
import { SECTIONS } from '../table/table.js';
import { describeDefault, INTRODUCTION } from './describe.js';

const COLUMNS = 100;

/** Breaks a text at its blanks into lines of at most {@link COLUMNS}; a single longer word keeps its line. */
function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > COLUMNS) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}

function settingHelp(name: string, setting: Setting): string[] {
  const { placeholder, allowed, isSwitch } = setting.kind;
  const value = isSwitch ? `[=${placeholder}]` : ` ${placeholder}`;
  return [
    `  ${flagOf(name)}${value}`,
    ...wrap(setting.help, '      '),
    ...wrap(`Environment: ${name}`, '      '),
    ...wrap(`Default: ${describeDefault(setting)}`, '      '),
    ...(setting.reason ? wrap(`Why: ${setting.reason}`, '      ') : []),
    ...wrap(`Allowed: ${allowed}`, '      '),
  ];
}

/** Every setting, grouped, for `--help`; lines of at most 100 columns, with a newline at the end. */
export function renderHelp(): string {
  const lines = INTRODUCTION.flatMap((paragraph) => [...wrap(paragraph, ''), '']);
  for (const { title, about, settings } of SECTIONS) {
    lines.push(title.toUpperCase(), ...wrap(about, ''), '');
    for (const [name, setting] of Object.entries(settings)) lines.push(...settingHelp(name, setting), '');
  }
  return lines.join('\n');
}
