import { parseSettings } from '../parse-settings.js';
import { flagOf, type Setting, type SettingSection } from '../setting.js';
import type { HeaderPair } from '../settings.js';
import { HEADER_SECTION } from '../table/headers.js';
import { SECTIONS } from '../table/table.js';
import { describeDefault, INTRODUCTION } from './describe.js';

/** What stands for a setting, a marker or a path, as code: underscores would otherwise be markup. */
function markNames(text: string): string {
  return text.replace(/__REDACTED__|_other|\b[A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b|--[a-z][a-z-]+|GET \/[a-z]+/g, '`$&`');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function settingRow(name: string, setting: Setting): string {
  const standard = describeDefault(setting);
  const shown = setting.default === undefined ? markNames(standard) : standard.replace(/^\S+/, '`$&`');
  const why = setting.reason ? ` *Why this default:* ${markNames(setting.reason)}` : '';
  const columns = [
    `\`${name}\`<br>\`${flagOf(name)}\``,
    cell(shown),
    cell(setting.kind.allowed),
    cell(markNames(setting.help)) + cell(why),
  ];
  return `| ${columns.join(' | ')} |`;
}

const MAPPING_EXAMPLES: readonly Readonly<Record<string, string>>[] = [
  {},
  { OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES: '' },
  { OTEL_AIGW_SPAN_REQUEST_HEADER_ATTRIBUTES: '' },
  { OTEL_AIGW_LOG_REQUEST_HEADER_ATTRIBUTES: '' },
  { OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES: 'x-team:team' },
  { OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES: 'agent-session-id:chat.id' },
  { OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES: 'x-team:team', OTEL_AIGW_SPAN_REQUEST_HEADER_ATTRIBUTES: '' },
  { OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES: '', OTEL_AIGW_LOG_REQUEST_HEADER_ATTRIBUTES: 'x-session:session.id' },
  { OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES: 'x-team:team', OTEL_AIGW_METRICS_REQUEST_HEADER_ATTRIBUTES: 'x-team:group' },
];

function mappingRow(env: Readonly<Record<string, string>>): string {
  const parsed = parseSettings({ argv: [], env, readFile: () => '' });
  if (!parsed.ok) throw new Error('an example of the documentation is not a valid setting');
  const { span, metrics, log } = parsed.settings.headerMapping;
  const pairs = (mapping: readonly HeaderPair[]): string =>
    mapping.map(({ header, attribute }) => `\`${header}:${attribute}\``).join('<br>') || '–';
  const given = Object.entries(env).map(([name, text]) => `\`${name}=${text}\``);
  return `| ${[given.join('<br>') || 'nothing', pairs(span), pairs(metrics), pairs(log)].join(' | ')} |`;
}

/** What the mapping comes to, computed by the very code that the sidecar runs. */
function mappingExamples(): string[] {
  return [
    'What that comes to:',
    '',
    '| set | spans | metrics | log |',
    '|---|---|---|---|',
    ...MAPPING_EXAMPLES.map(mappingRow),
    '',
  ];
}

function sectionLines(section: SettingSection): string[] {
  return [
    `## ${section.title}`,
    '',
    markNames(section.about),
    '',
    '| setting | default | allowed | what it does |',
    '|---|---|---|---|',
    ...Object.entries(section.settings).map(([name, setting]) => settingRow(name, setting)),
    '',
    ...(section === HEADER_SECTION ? mappingExamples() : []),
  ];
}

/** A file as the documentation shows it. */
export const EXAMPLE_FILE = `listen: unix:///run/genai/extproc.sock
socket-mode: 660
otel-exporter-otlp-endpoint: http://collector:4318
otel-metrics-exporter: [otlp, prometheus]
otel-aigw-request-header-attributes:
  - agent-session-id:session.id
  - x-team:team
openinference-hide-inputs: true
`;

/** The content of `docs/configuration.md`. */
export function renderMarkdown(): string {
  return [
    '# Configuration',
    '',
    '<!-- Generated from src/config/table by `npm run docs`; a test keeps it equal. -->',
    '',
    ...INTRODUCTION.flatMap((paragraph) => [markNames(paragraph), '']),
    'A file with a few of them:',
    '',
    '```yaml',
    `${EXAMPLE_FILE}\`\`\``,
    '',
    'In the file a value means what the same characters mean in the environment, so `socket-mode: 0660` and `660` are the',
    'same; where a comma-separated list is allowed, a YAML list may stand for it.',
    '',
    ...SECTIONS.flatMap(sectionLines),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}
