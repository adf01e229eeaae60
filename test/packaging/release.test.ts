import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'genai-extproc-release-'));
const release = join(folder, 'release');

interface Manifest {
  name: string;
  version: string;
}
interface Locked {
  packages: Record<string, { version: string; dev?: boolean; optional?: boolean }>;
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const { name, version } = read(join(ROOT, 'package.json')) as Manifest;
const stem = `${name}-${version}`;

beforeAll(() => {
  const script = [join(ROOT, 'scripts/release.mjs'), '--into', release];
  const { status, stderr } = spawnSync(process.execPath, script, { cwd: ROOT, encoding: 'utf8' });
  expect(`${status} ${stderr}`).toMatch(/^0 /);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a release', () => {
  test('is the package, its lockfile, its bill of materials and their checksums', () => {
    const files = [`${stem}.cdx.json`, `${stem}.package-lock.json`, `${stem}.tgz`];
    expect(readdirSync(release).sort()).toEqual(['SHA256SUMS', ...files]);
    const sums = readFileSync(join(release, 'SHA256SUMS'), 'utf8').trim().split('\n');
    const expected = files.map((file) => {
      const sum = createHash('sha256')
        .update(readFileSync(join(release, file)))
        .digest('hex');
      return `${sum}  ${file}`;
    });
    expect(sums.sort()).toEqual(expected.sort());
  });

  test('has the lockfile that was tested', () => {
    expect(read(join(release, `${stem}.package-lock.json`))).toEqual(read(join(ROOT, 'package-lock.json')));
  });

  test('names every runtime dependency of the lockfile with its version, and no other', () => {
    const bill = read(join(release, `${stem}.cdx.json`)) as { bomFormat: string; components: Manifest[] };
    expect(bill.bomFormat).toBe('CycloneDX');
    const named = bill.components.map((component) => `${component.name}@${component.version}`);
    const { packages } = read(join(ROOT, 'package-lock.json')) as Locked;
    const locked = Object.entries(packages)
      .filter(([path, { dev, optional }]) => path !== '' && !dev && !optional)
      .map(
        ([path, entry]) => `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${entry.version}`,
      );
    expect(new Set(named)).toEqual(new Set(locked));
    expect(named.length).toBeGreaterThan(10);
  });

  test('holds what runs and nothing else, and runs', () => {
    const tar = (...words: string[]) => spawnSync('tar', words, { cwd: release, encoding: 'utf8' });
    const files = tar('-tzf', `${stem}.tgz`).stdout.trim().split('\n');
    const strange = files.filter(
      (file) =>
        !/^package\/(dist\/|envoy-protos\/|src\/up\/llama-server\.py$|[\w.-]+\.(md|json|yaml|yml)$|LICENSE$)/.test(
          file,
        ),
    );
    expect(strange).toEqual([]);
    expect(files).toContain('package/SECURITY.md');
    expect(tar('-xzf', `${stem}.tgz`, '-C', folder).status).toBe(0);
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const main = join(folder, 'package', 'dist', 'main.js');
    const { stdout } = spawnSync(process.execPath, [main, '--version'], { encoding: 'utf8' });
    expect(stdout).toBe(`${name} ${version}\n`);
  });
});
