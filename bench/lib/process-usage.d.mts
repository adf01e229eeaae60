export function processTree(pid: number): number[];
export function parseCpuMicros(stat: string): number;
export function parseRunNanos(schedstat: string): number;
export function readCpuMicros(pid: number): number;
export function readMemory(pid: number): { current: number; peak: number };
export function resetPeakMemory(pid: number): void;
