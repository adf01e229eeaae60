export const TARGETS: Record<string, { title: string; program?: string; onlyIn?: string[]; workers?: number }>;
export const DEFAULT_TARGETS: string[];
export const MODE_TARGETS: string[];
export const EXPORT_DELAY_MILLIS: number;
export const METRIC_INTERVAL_MILLIS: number;
export function targetsIn(scenario: { name: string; without?: string[] }, names: readonly string[]): string[];
export function isOurs(name: string): boolean;
export function exportsContent(name: string): boolean;
