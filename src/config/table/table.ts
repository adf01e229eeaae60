import { keyOf, type Setting, type SettingSection, type SettingValues } from '../setting.js';
import { CONTENT_SECTION } from './content.js';
import { HEADER_SECTION } from './headers.js';
import { IDENTITY_SECTION } from './identity.js';
import { LIMIT_SECTION } from './limits.js';
import { LOG_SECTION } from './logs.js';
import { METRIC_SECTION } from './metrics.js';
import { OTLP_SECTION } from './otlp.js';
import { OVERLOAD_SECTION } from './overload.js';
import { RESOURCE_SECTION } from './resource.js';
import { SERVER_SECTION } from './server.js';
import { TRACE_SECTION } from './traces.js';
import { UP_SECTION } from './up.js';

/** Every section, in the order of help and documentation. */
export const SECTIONS: readonly SettingSection[] = [
  SERVER_SECTION,
  UP_SECTION,
  HEADER_SECTION,
  IDENTITY_SECTION,
  CONTENT_SECTION,
  RESOURCE_SECTION,
  TRACE_SECTION,
  METRIC_SECTION,
  LOG_SECTION,
  OTLP_SECTION,
  LIMIT_SECTION,
  OVERLOAD_SECTION,
];

const TABLE = {
  ...SERVER_SECTION.settings,
  ...UP_SECTION.settings,
  ...HEADER_SECTION.settings,
  ...IDENTITY_SECTION.settings,
  ...CONTENT_SECTION.settings,
  ...RESOURCE_SECTION.settings,
  ...TRACE_SECTION.settings,
  ...METRIC_SECTION.settings,
  ...LOG_SECTION.settings,
  ...OTLP_SECTION.settings,
  ...LIMIT_SECTION.settings,
  ...OVERLOAD_SECTION.settings,
};

/** A setting's environment name. */
export type SettingName = keyof typeof TABLE;

/** Every setting's value. */
export type Values = SettingValues<typeof TABLE>;

/** Every setting by environment name, in the order of help and documentation. */
export const SETTINGS: ReadonlyMap<string, Setting> = new Map(Object.entries(TABLE));

/** Every environment name by its key in the YAML file, which is its flag without the dashes. */
export const NAMES_BY_KEY: ReadonlyMap<string, SettingName> = new Map(
  (Object.keys(TABLE) as SettingName[]).map((name) => [keyOf(name), name]),
);
