import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { barrels, defaultExports, longFiles, misnamedFiles, unmirrored } from './architecture/house-rules.js';
import { importCycles } from './architecture/import-cycles.js';
import { importViolations, resolveRelative } from './architecture/import-rules.js';
import { listFiles, parseSource, readSourceTree, type SourceFile } from './architecture/source-tree.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const source = readSourceTree(join(ROOT, 'src'));
const rest = ['test', 'bench', 'soak', 'scripts'].flatMap((folder) =>
  readSourceTree(join(ROOT, folder)).map((file) => ({ ...file, path: `${folder}/${file.path}` })),
);

describe('the project', () => {
  test('is read: there are sources to judge', () => {
    expect(source.length).toBeGreaterThan(5);
    expect(rest.map((file) => file.path)).toContain('test/architecture.test.ts');
  });

  test('keeps every room to its imports', () => expect(importViolations(source)).toEqual([]));
  test('has no import cycle', () => expect(importCycles(source)).toEqual([]));
  test('has no default export', () => expect(defaultExports([...source, ...rest])).toEqual([]));
  test('has no barrel file', () => expect(barrels([...source, ...rest])).toEqual([]));
  test('has no long file without a reason', () => expect(longFiles([...source, ...rest])).toEqual([]));
  test('names its files in kebab-case', () => expect(misnamedFiles([...source, ...rest])).toEqual([]));

  test('mirrors src/ in test/', () => {
    expect(unmirrored(listFiles(join(ROOT, 'src')), listFiles(join(ROOT, 'test')))).toEqual([]);
  });

  test('starts and tests itself with nothing but Node, so that a fresh clone can', () => {
    const scripts = reachable(readSourceTree(join(ROOT, 'scripts')), ['start.mjs', 'test.mjs', 'check.mjs']);
    expect(scripts.map((file) => file.path)).toEqual(
      expect.arrayContaining(['start.mjs', 'test.mjs', 'check.mjs', 'lib/prepare.mjs']),
    );
    const foreign = scripts.flatMap(({ path, references }) =>
      references
        // what has been built by then may be loaded
        .filter(({ specifier, computed }) => !computed && !/^(node:|\.)/.test(specifier))
        .map(({ specifier }) => `${path}: ${specifier}`),
    );
    expect(foreign).toEqual([]);
  });
});

/** The named files and every file that they import, however far. */
function reachable(files: readonly SourceFile[], entries: readonly string[]): SourceFile[] {
  const reached = new Set(entries);
  for (const path of reached) {
    const file = files.find((candidate) => candidate.path === path);
    for (const { specifier } of file?.references ?? []) {
      const target = resolveRelative(path, specifier);
      if (target !== undefined) reached.add(target);
    }
  }
  return files.filter((file) => reached.has(file.path));
}

describe('the rules catch', () => {
  const judge = (path: string, text: string) => importViolations([parseSource(path, text)]).join('\n');

  test.each([
    ['model/usage.ts', `import { Buffer } from 'node:buffer';`, 'model/ may not import the built-in node:buffer'],
    ['model/usage.ts', `import type { Clock } from '../util/clock.js';`, 'model/ may not import util/'],
    ['exchange/call.ts', `import { readFileSync } from 'node:fs';`, 'may not import the built-in node:fs'],
    [
      'exchange/call.ts',
      `import { trace } from '@opentelemetry/api';`,
      'may not import the package @opentelemetry/api',
    ],
    ['exchange/call.ts', `import { DEFAULTS } from '../config/limits.js';`, 'may import only types of config/'],
    ['exchange/call.ts', `export type { Clock } from '../server/clock.js';`, 'may not import server/'],
    ['endpoints/openai/chat.ts', `import { start } from '../../exchange/call.js';`, 'may not import exchange/'],
    ['recorders/metrics/record.ts', `import { a } from '../log/record.js';`, 'may not import recorders/log'],
    [
      'recorders/metrics/record.ts',
      `import '@opentelemetry/sdk-metrics';`,
      'only telemetry/ may import the OpenTelemetry SDK',
    ],
    ['wire/codec.ts', `import { Metadata } from '@grpc/grpc-js';`, 'may not import the package @grpc/grpc-js'],
    ['server/stream.ts', `let run: import('../up/run.js').Run;`, 'may not import up/'],
    ['server/stream.ts', `await import('../telemetry/tracer.js');`, 'may not import telemetry/'],
    ['server/stream.ts', `await import(name);`, 'import(name) cannot be judged'],
    ['telemetry/tracer.ts', `import { main } from '../main.js';`, 'may not import main.ts, which is in no room'],
    ['up/envoy.ts', `import { spawn } from 'node:child_process';`, 'only util/spawn-child.ts may start processes'],
    ['workers/workers.ts', `import cluster from 'node:cluster';`, 'only util/spawn-child.ts may start processes'],
    ['main.ts', `await import('child_process');`, 'only util/spawn-child.ts may start processes'],
    ['helpers.ts', '', 'not in a room'],
  ])('%s: %s', (path, text, problem) => expect(judge(path, text)).toContain(problem));

  test('nothing in what is allowed', () => {
    const allowed = `import type { Settings } from '../config/settings.js';
      import { type Usage, mergeUsage } from '../model/usage.js';
      import { find } from '../endpoints/registry.js';
      import { call } from './call.js';`;
    expect(judge('exchange/exchange.ts', allowed)).toBe('');
    expect(judge('telemetry/tracer.ts', `import { x } from '@opentelemetry/sdk-trace-node';`)).toBe('');
    expect(judge('main.ts', `import { x } from './up/up.js';`)).toBe('');
    expect(judge('up/envoy.ts', `import type { ChildProcess } from 'node:child_process';`)).toBe('');
    expect(judge('util/spawn-child.ts', `import { spawn } from 'node:child_process';`)).toBe('');
  });

  test('a cycle through values, not one through types', () => {
    const cycle = [
      parseSource('util/a.ts', `import { b } from './b.js';`),
      parseSource('util/b.ts', `import { c } from './c.js';`),
      parseSource('util/c.ts', `import { b } from './b.js'; import type { A } from './a.js';`),
    ];
    expect(importCycles(cycle)).toEqual(['util/b.ts → util/c.ts → util/b.ts']);
  });

  test('default exports, also renamed ones', () => {
    expect(defaultExports([parseSource('a.ts', 'export default 1;')])).toHaveLength(1);
    expect(defaultExports([parseSource('a.ts', 'const a = 1; export { a as default };')])).toHaveLength(1);
    expect(defaultExports([parseSource('a.ts', 'export const a = 1;')])).toEqual([]);
  });

  test('barrels', () => {
    expect(barrels([parseSource('a.ts', `export * from './b.js';`)])).toHaveLength(1);
    expect(barrels([parseSource('a.ts', `export { b } from './b.js';`)])).toHaveLength(1);
    expect(barrels([parseSource('model/index.ts', 'export const a = 1;')])).toHaveLength(1);
  });

  test('long files whose first comment gives no reason', () => {
    const long = 'export const a = 1;\n'.repeat(401);
    expect(longFiles([parseSource('a.ts', long)])).toHaveLength(1);
    expect(longFiles([parseSource('a.ts', `// What this is.\n${long}`)])).toHaveLength(1);
    expect(
      longFiles([parseSource('a.ts', `// More than 400 lines: one table, easier to read whole.\n${long}`)]),
    ).toEqual([]);
    expect(longFiles([parseSource('a.ts', `${long}// More than 400 lines: said too late.\n`)])).toHaveLength(1);
  });

  test('names that are not kebab-case', () => {
    expect(misnamedFiles([parseSource('model/contentPolicy.ts', '')])).toHaveLength(1);
    expect(misnamedFiles([parseSource('model/content-policy.test.ts', '')])).toEqual([]);
  });

  test('rooms without tests and tests without rooms', () => {
    expect(unmirrored(['model/usage.ts'], ['model/usage.test.ts'])).toEqual([]);
    expect(unmirrored(['model/usage.ts'], ['util/clock.test.ts'])).toEqual([
      'src/model/ has no test in test/model/',
      'test/util/ mirrors nothing: src/util/ does not exist',
    ]);
    expect(unmirrored(['recorders/log/a.ts'], ['recorders/logs/a.test.ts'])).toEqual([
      'test/recorders/logs/ mirrors nothing: src/recorders/logs/ does not exist',
    ]);
  });
});
