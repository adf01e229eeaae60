import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Comment, parseSync, Visitor } from 'oxc-parser';

/** One import, re-export or `import()` of a module. */
export interface ModuleReference {
  specifier: string;
  /** Nothing of it runs: only types are taken. */
  typeOnly: boolean;
  /** `export … from`. */
  reExport: boolean;
  /** `import(…)` of something that is only known when it runs; `specifier` is then its source text. */
  computed: boolean;
  line: number;
}

/** One source file as the rules see it. */
export interface SourceFile {
  /** Path below the tree's root, with `/`. */
  path: string;
  lines: number;
  references: ModuleReference[];
  defaultExport: boolean;
  /** The comment before the first statement, if there is one. */
  firstComment: string | undefined;
}

/** Reads one file's imports and exports. Throws when the text does not parse. */
export function parseSource(path: string, text: string): SourceFile {
  const { module, errors, comments, program } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const references: ModuleReference[] = [];
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const add = (
    specifier: string,
    offset: number,
    kind: { typeOnly?: boolean; reExport?: boolean; computed?: boolean },
  ) => references.push({ specifier, typeOnly: false, reExport: false, computed: false, ...kind, line: lineAt(offset) });

  for (const { moduleRequest, entries, start } of module.staticImports) {
    // an import without names runs the module for its effects
    add(moduleRequest.value, start, { typeOnly: entries.length > 0 && entries.every((entry) => entry.isType) });
  }
  for (const { entries, start } of module.staticExports) {
    for (const entry of entries) {
      if (entry.moduleRequest) add(entry.moduleRequest.value, start, { typeOnly: entry.isType, reExport: true });
    }
  }
  new Visitor({
    ImportExpression(node) {
      const { source } = node;
      if (source.type === 'Literal') add(String(source.value), node.start, {});
      else add(text.slice(source.start, source.end), node.start, { computed: true });
    },
    TSImportType(node) {
      add(String(node.source.value), node.start, { typeOnly: true });
    },
  }).visit(program);

  const defaultExport = module.staticExports.some(({ entries }) =>
    entries.some((entry) => entry.exportName.kind === 'Default' || entry.exportName.name === 'default'),
  );
  return {
    path,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    references,
    defaultExport,
    firstComment: firstComment(comments, program.body[0]?.start ?? text.length),
  };
}

function firstComment(comments: Comment[], firstStatement: number): string | undefined {
  return comments.find((comment) => comment.start < firstStatement)?.value.trim();
}

/** Every TypeScript and module file below a folder, parsed, with paths relative to it. */
export function readSourceTree(root: string): SourceFile[] {
  return listFiles(root)
    .filter((path) => /\.(ts|mts|mjs)$/.test(path))
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

/** Every file below a folder, relative to it, with `/`, sorted; an absent folder is empty. */
export function listFiles(root: string): string[] {
  let entries: { name: string; parentPath: string; isFile(): boolean }[];
  try {
    entries = readdirSync(root, { recursive: true, withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}
