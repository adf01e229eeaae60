import type { z } from 'zod';
import type { ValueKind } from './kinds/kind.js';

/** One setting as its table tells of it; its environment name is its key there. */
export interface Setting<Value = unknown> {
  readonly kind: ValueKind<Value>;
  /** The default, as text that `kind` reads. */
  readonly default?: string;
  /** What happens without a value, where no single text says it. */
  readonly otherwise?: string;
  /** What it does, in one or two sentences. */
  readonly help: string;
  readonly unit?: string;
  /** Why the default is what it is. */
  readonly reason?: string;
  /** The value is a credential or holds one: it is never shown. */
  readonly sensitive?: boolean;
  /** An empty value is a value of its own, not the same as unset. */
  readonly keepsEmpty?: boolean;
  /** The value is a file's path: the file is read at start, and these are the reasons why its content cannot be used. */
  readonly judgeFile?: (content: string) => readonly string[];
}

/** Settings by environment name. */
export type SettingTable = Readonly<Record<string, Setting>>;

/** A group of settings under one heading. */
export interface SettingSection {
  readonly title: string;
  /** What the group is about, in a sentence or two. */
  readonly about: string;
  readonly settings: SettingTable;
}

type ValueOf<Entry extends Setting> =
  | z.output<Entry['kind']['schema']>
  | (Entry extends { readonly default: string } ? never : undefined);

/** The value of every setting of a table, by environment name: `undefined` where it may be unset and has no default. */
export type SettingValues<Table extends SettingTable> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> };

/** The prefix of our own settings, which flags leave out. */
export const OWN_PREFIX = 'GENAI_EXTPROC_';

/** The key of a setting in the YAML file: its environment name in lower case with dashes, without our prefix. */
export function keyOf(env: string): string {
  const name = env.startsWith(OWN_PREFIX) ? env.slice(OWN_PREFIX.length) : env;
  return name.toLowerCase().replaceAll('_', '-');
}

/** The flag of a setting: `GENAI_EXTPROC_LISTEN` is `--listen`, `OTEL_SERVICE_NAME` is `--otel-service-name`. */
export function flagOf(env: string): string {
  return `--${keyOf(env)}`;
}
