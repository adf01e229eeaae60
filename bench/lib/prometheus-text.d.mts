export function sumOf(page: string, name: string): number | undefined;
export function droppedSpans(page: string): number;
export function measuredCalls(page: string): number;
