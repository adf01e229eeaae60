import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CORPUS = fileURLToPath(new URL('../corpus', import.meta.url));

/** Where a target's inputs are kept. */
export function corpusFolder(target: string): string {
  return join(CORPUS, target);
}

/** The inputs that are kept for a target, in the order of their names. */
export function readCorpus(target: string): { name: string; bytes: Buffer }[] {
  const folder = corpusFolder(target);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).sort();
  return names.map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}

/** The targets that have a corpus. */
export function listCorpora(): string[] {
  return existsSync(CORPUS) ? readdirSync(CORPUS).sort() : [];
}

/** Keeps an input; `kind` begins its name. Returns the file's path below `test/fuzz/corpus`. */
export function saveInput(target: string, kind: 'crash' | 'hang' | 'reach', bytes: Uint8Array): string {
  const name = `${kind}-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`;
  mkdirSync(corpusFolder(target), { recursive: true });
  writeFileSync(join(corpusFolder(target), name), bytes);
  return `${target}/${name}`;
}

/** Reads an input by the path that {@link saveInput} gave. Throws when there is none. */
export function readInput(path: string): { target: string; bytes: Buffer } {
  return { target: path.split('/')[0] as string, bytes: readFileSync(join(CORPUS, path)) };
}
