export function orderOf(names: readonly string[], pass: number): string[];
