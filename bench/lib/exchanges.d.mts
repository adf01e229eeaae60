export const CONTENT_MARKER: string;
export const STREAM_EVENTS: number;
export const STREAM_INTERVAL_MILLIS: number;
export const IDLE_EVENT: string;
export const STREAM_TAIL: string;
export function streamEvent(index: number, stamp: bigint): string;
export function stampOf(event: string): bigint;
export const exchanges: Record<string, { request: Buffer; answer?: Buffer; events?: Buffer[]; contentType: string }>;
export function pathOf(name: string): string;
