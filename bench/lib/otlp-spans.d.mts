export function countSpans(buffer: Uint8Array): number;
