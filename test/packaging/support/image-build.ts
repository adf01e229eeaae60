import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import type { Stage } from './dockerfile.js';

/**
 * Does a Dockerfile's work without Docker: each stage becomes a folder in which its COPY and RUN instructions are
 * carried out with this machine's Node. It sees the context through `.dockerignore`, so what the image would lack is
 * lacking here too. Returns each stage's working directory by the stage's name. Throws when an instruction fails.
 */
export function buildNatively(stages: readonly Stage[], context: string, output: string): Map<string, string> {
  const directories = new Map<string, string>();
  const visible = readIgnoreFile(join(context, '.dockerignore'));
  for (const stage of stages) {
    let workingDirectory = '/';
    const root = join(output, stage.name);
    const inStage = (path: string) => join(root, posix.resolve(workingDirectory, path));
    mkdirSync(root, { recursive: true });
    for (const { name, text } of stage.instructions) {
      if (name === 'WORKDIR') {
        workingDirectory = posix.resolve(workingDirectory, text);
        mkdirSync(inStage('.'), { recursive: true });
        directories.set(stage.name, inStage('.'));
      } else if (name === 'RUN') {
        run(text, inStage('.'));
      } else if (name === 'COPY') {
        const words = text.split(' ');
        const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
        const target = words.pop() ?? '';
        for (const source of words) {
          if (from === undefined && !visible(source)) throw new Error(`COPY ${source}: .dockerignore hides it`);
          copy(from === undefined ? join(context, source) : join(output, from, source), inStage(target), target);
        }
      }
    }
  }
  return directories;
}

/** COPY's rule: a folder's contents go into the target, a file goes to it, or into it when it ends with a slash. */
function copy(source: string, destination: string, target: string): void {
  const into = !statSync(source).isDirectory() && target.endsWith('/');
  cpSync(source, into ? join(destination, basename(source)) : destination, { recursive: true, verbatimSymlinks: true });
}

function run(command: string, directory: string): void {
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], {
    cwd: directory,
    encoding: 'utf8',
    // what a fresh clone has just fetched need not be fetched again
    env: { ...process.env, NODE_ENV: undefined, npm_config_prefer_offline: 'true' },
  });
  if (status !== 0) throw new Error(`RUN ${command}: exit ${status}\n${stdout}\n${stderr}`);
}

/** An ignore file that shuts everything out and then names what comes in, which is the only kind this reads. */
function readIgnoreFile(path: string): (source: string) => boolean {
  const [first, ...rules] = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (first !== '*' || rules.some((rule) => !rule.startsWith('!'))) {
    throw new Error(`${path} must begin with "*" and then hold "!name" lines only`);
  }
  const names = new Set(rules.map((rule) => rule.slice(1)));
  return (source) => names.has(source.split('/')[0] ?? '');
}
