import type { Spread } from './statistics.mjs';

export function table(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  align: readonly ('l' | 'r')[],
): string;
export function number(value: number | undefined): string;
export function spread(value: Spread | undefined, unit?: string): string;
