import type { Results } from './bars.mjs';

export function againstTable(results: Results): string | undefined;
