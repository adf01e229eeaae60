import { resolveRelative } from './import-rules.js';
import type { SourceFile } from './source-tree.js';

/**
 * The import cycles among the files, each as `a → b → a`. Type-only imports are left out: they are erased,
 * so no module waits for another because of them.
 */
export function importCycles(files: readonly SourceFile[]): string[] {
  const graph = new Map(files.map((file) => [file.path, targets(file)]));
  const finished = new Set<string>();
  const cycles: string[] = [];

  function visit(path: string, trail: string[]): void {
    const position = trail.indexOf(path);
    if (position >= 0) {
      cycles.push([...trail.slice(position), path].join(' → '));
      return;
    }
    if (finished.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    finished.add(path);
  }

  for (const path of graph.keys()) visit(path, []);
  return cycles;
}

function targets(file: SourceFile): string[] {
  return file.references
    .filter((reference) => !reference.typeOnly)
    .map((reference) => resolveRelative(file.path, reference.specifier))
    .filter((target) => target !== undefined);
}
