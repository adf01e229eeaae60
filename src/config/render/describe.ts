import type { Setting } from '../setting.js';

const UNITS = ['KiB', 'MiB', 'GiB'] as const;

/** 1048576 is "1 MiB"; `undefined` for what is no whole number of KiB. */
function binarySize(bytes: number): string | undefined {
  let size = bytes / 1024;
  if (size < 1 || !Number.isInteger(size)) return undefined;
  let unit = 0;
  while (size % 1024 === 0 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size} ${UNITS[unit]}`;
}

/** A setting's default with its unit, or what happens without a value. */
export function describeDefault(setting: Setting): string {
  if (setting.default === undefined) return setting.otherwise ?? 'none';
  if (setting.default === '-1') return '-1 (no limit)';
  const size = setting.unit === 'bytes' ? binarySize(Number(setting.default)) : undefined;
  return [setting.default, setting.unit, size && `(${size})`].filter((part) => part !== undefined).join(' ');
}

/** The two paragraphs that help and documentation begin with. */
export const INTRODUCTION = [
  'Each setting comes from its flag, else from the environment, else from the YAML file that GENAI_EXTPROC_CONFIG ' +
    'names, else it has its default. In the file the keys are the flags without their dashes; an unknown key is an error.',
  'An empty value is the same as none, except in the header mapping. Enumerations and booleans may be in any case; a ' +
    'boolean flag without a value is true. Every problem is listed at once, and then nothing is started.',
] as const;
