import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

interface LockedPackage {
  version: string;
  resolved?: string;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8'));

const { packages } = read('package-lock.json') as { packages: Record<string, LockedPackage> };
const manifest = read('package.json') as LockedPackage;

/** Packages whose install script only warns about versions; `--ignore-scripts` leaves nothing undone. */
const HARMLESS_SCRIPTS = ['node_modules/protobufjs'];

describe('the lockfile', () => {
  test('locks the tools of every platform: without one of them `npm ci` refuses the whole, on every machine', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages))
        .map((name) => `${path} wants ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test('names no registry, so that it serves behind any mirror', () => {
    const resolved = Object.values(packages).flatMap((entry) => (entry.resolved === undefined ? [] : [entry.resolved]));
    expect(resolved).toEqual([]);
  });

  test('holds nothing whose install script would be missed', () => {
    const scripts = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript);
    expect(scripts.filter((path) => !HARMLESS_SCRIPTS.some((harmless) => path.endsWith(harmless)))).toEqual([]);
  });

  test('agrees with package.json, which pins exact versions', () => {
    const wanted = { ...manifest.dependencies, ...manifest.devDependencies };
    const locked = Object.keys(wanted).map((name) => [name, packages[`node_modules/${name}`]?.version]);
    expect(Object.fromEntries(locked)).toEqual(wanted);
  });
});
