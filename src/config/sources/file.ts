import { isMap, isScalar, isSeq, type Pair, parseDocument } from 'yaml';
import type { Problem } from '../problem.js';
import { flagOf, type Setting } from '../setting.js';
import { showValue } from '../show-value.js';
import { NAMES_BY_KEY, SETTINGS } from '../table/table.js';
import { suggestKey } from './arguments.js';

/** The setting that names the file. */
export const FILE_SETTING = 'GENAI_EXTPROC_CONFIG';

/** What the file says: texts by environment name, and what could not be understood. */
export interface ConfigFile {
  texts: Map<string, string>;
  problems: Problem[];
}

/** A scalar's text (a missing one is empty), or a sequence of scalars as a comma-separated list; `undefined` for anything else. */
function textOf(node: unknown, list: boolean): string | undefined {
  if (node === null || node === undefined) return '';
  if (isScalar(node)) return String(node.value ?? '');
  if (!list || !isSeq(node)) return undefined;
  const members = node.items.map((item) => textOf(item, false));
  return members.includes(undefined) ? undefined : members.join(',');
}

function readPair(pair: Pair, path: string): { name: string; text: string } | Problem {
  const key = textOf(pair.key, false) ?? '';
  const name = NAMES_BY_KEY.get(key);
  const setting: Setting | undefined = name && SETTINGS.get(name);
  const source = 'file';
  const file = `the file ${showValue(path)}`;
  if (!name || !setting) {
    const near = suggestKey(key);
    const remedy = near ? `did you mean ${near}?` : 'a key is a flag without its dashes; --help lists every flag';
    return { value: file, source, reason: `has the unknown key ${showValue(key)}`, remedy };
  }
  if (name === FILE_SETTING) {
    const remedy = `a file cannot name another one: use ${flagOf(name)} or ${name}`;
    return { value: file, source, reason: `has the key ${showValue(key)}`, remedy };
  }
  const text = textOf(pair.value, setting.kind.list ?? false);
  if (text !== undefined) return { name, text };
  const reason = setting.kind.list ? 'is neither a text nor a list of texts' : 'is not a single text';
  return { setting: name, flag: flagOf(name), source, value: 'the value', reason, allowed: setting.kind.allowed };
}

/**
 * Reads the YAML file of settings: one mapping from keys (flags without their dashes) to values.
 * Every value is taken as the text that stands there (`0660` is not a number that lost its zero), so that a file, a flag
 * and the environment mean the same by the same characters; a sequence may stand for a comma-separated list.
 * @param path for the problems
 * @param content the file's text; what is not readable as such a mapping gives problems
 */
export function readConfigFile(path: string, content: string): ConfigFile {
  const texts = new Map<string, string>();
  const file = `the file ${showValue(path)}`;
  const document = parseDocument(content, { schema: 'failsafe', prettyErrors: false });
  // the library's own messages quote the file, which may hold credentials: line and code say enough
  const problems: Problem[] = document.errors.map(({ code, pos }) => {
    const line = content.slice(0, pos[0]).split('\n').length;
    const reason = `is not readable as YAML at line ${line}: ${code.toLowerCase().replaceAll('_', ' ')}`;
    return { value: file, source: 'file', reason };
  });
  const root = document.contents;
  if (problems.length > 0 || textOf(root, false) === '') return { texts, problems };
  if (!isMap(root)) {
    const allowed = 'a YAML mapping, such as "listen: 127.0.0.1:1063"';
    return { texts, problems: [{ value: file, source: 'file', reason: 'holds no mapping', allowed }] };
  }
  for (const pair of root.items) {
    const read = readPair(pair, path);
    if ('text' in read) texts.set(read.name, read.text);
    else problems.push(read);
  }
  return { texts, problems };
}
