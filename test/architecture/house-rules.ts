import { posix } from 'node:path';
import { ROOMS } from './rooms.js';
import type { SourceFile } from './source-tree.js';

/** Beyond this a file needs a reason. */
const MAX_LINES = 400;

/** Folders of `test/` that mirror no room: shared tools, and tests of what is not in `src/` or is all of it. */
const TEST_FOLDERS = [
  'architecture',
  'bench',
  'docs',
  'envoy',
  'faults',
  'fuzz',
  'limits',
  'live',
  'oracle',
  'packaging',
  'scripts',
  'soak',
  'support',
];

/** Files with a default export: names belong to the thing, not to whoever imports it. */
export function defaultExports(files: readonly SourceFile[]): string[] {
  return files.filter((file) => file.defaultExport).map((file) => `${file.path}: default export; give it a name`);
}

/** Files that pass on what others export; every name has one home, which is where it is imported from. */
export function barrels(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const reExport = file.references.find((reference) => reference.reExport);
    if (reExport) return [`${file.path}:${reExport.line}: re-exports ${reExport.specifier}; import it from there`];
    return /^index\./.test(posix.basename(file.path)) ? [`${file.path}: name it after what it holds`] : [];
  });
}

/** Files that are too long, unless their first comment says why they have more than 400 lines. */
export function longFiles(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => file.lines > MAX_LINES && !file.firstComment?.includes(`${MAX_LINES} lines`))
    .map(
      (file) =>
        `${file.path}: ${file.lines} lines; split it, or open it with a comment that says why it has more than ${MAX_LINES} lines`,
    );
}

/** Files whose names are not kebab-case (a test's name is its file's plus `.test`). */
export function misnamedFiles(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.(ts|mjs|mts)$/.test(posix.basename(file.path)))
    .map((file) => `${file.path}: file names are kebab-case`);
}

/**
 * Where `test/` does not mirror `src/`: a room without any test, a test folder that is neither a room nor one of the
 * few that stand for several, a subfolder of a room's tests that the room does not have. Folders without tests of their
 * own (fixtures, helpers) may lie anywhere. Both lists hold file paths below their own root.
 */
export function unmirrored(sourcePaths: readonly string[], testPaths: readonly string[]): string[] {
  const sourceFolders = new Set(sourcePaths.flatMap(foldersOf));
  const problems: string[] = [];
  for (const room of ROOMS) {
    const hasCode = sourcePaths.some((path) => path.startsWith(`${room}/`));
    const hasTest = testPaths.some((path) => path.startsWith(`${room}/`) && path.endsWith('.test.ts'));
    if (hasCode && !hasTest) problems.push(`src/${room}/ has no test in test/${room}/`);
  }
  const tests = testPaths.filter((path) => path.endsWith('.test.ts'));
  for (const folder of new Set(tests.flatMap(foldersOf))) {
    if (TEST_FOLDERS.includes(folder.split('/')[0] ?? '')) continue;
    if (!sourceFolders.has(folder)) problems.push(`test/${folder}/ mirrors nothing: src/${folder}/ does not exist`);
  }
  return problems;
}

/** Every folder above a path: `a/b/c.ts` gives `a` and `a/b`. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
