import { posix } from 'node:path';
import { COMPOSITION_ROOTS, ROOMS, ROOMS_OF_STRANGERS, type Room, type RoomRule, RULES, SDK_ROOM } from './rooms.js';
import type { ModuleReference, SourceFile } from './source-tree.js';

/** Every import of `src/` that its room does not allow, one sentence each; paths are relative to `src/`. */
export function importViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const room = roomOf(file.path);
    if (room === undefined) {
      return COMPOSITION_ROOTS.includes(file.path)
        ? file.references.filter((reference) => startsProcesses(file.path, reference)).map(() => ONE_SPAWNER(file.path))
        : [`${file.path}: not in a room; the rooms are ${ROOMS.join(', ')}`];
    }
    return file.references.flatMap((reference) => {
      const problem = judge(file.path, room, reference);
      return problem === undefined ? [] : [`${file.path}:${reference.line}: ${problem}`];
    });
  });
}

/** The room that a path below `src/` lies in. */
function roomOf(path: string): Room | undefined {
  const [folder, ...rest] = path.split('/');
  return rest.length > 0 ? ROOMS.find((room) => room === folder) : undefined;
}

/** The file below `src/` that a relative specifier means; undefined for packages and built-ins. */
export function resolveRelative(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

/** Every process that is started knows its root session; that is one file's business. */
const SPAWNER = 'util/spawn-child.ts';
const ONE_SPAWNER = (from: string) => `${from}: only ${SPAWNER} may start processes`;

function startsProcesses(from: string, { specifier, typeOnly }: ModuleReference): boolean {
  return from !== SPAWNER && !typeOnly && /^(node:)?(child_process|cluster)$/.test(specifier);
}

function judge(from: string, room: Room, reference: ModuleReference): string | undefined {
  const { specifier, typeOnly, computed } = reference;
  const rule = RULES[room];
  if (computed) return `import(${specifier}) cannot be judged; write the module's name`;
  if (startsProcesses(from, reference)) return ONE_SPAWNER(from);
  const target = resolveRelative(from, specifier);
  if (target !== undefined) return judgeRoom(from, room, rule, target, typeOnly);
  if (specifier.startsWith('node:')) {
    const allowed = rule.builtins === 'every' || typeOnly || rule.builtins.includes(specifier.slice('node:'.length));
    return allowed ? undefined : `${room}/ may not import the built-in ${specifier}`;
  }
  if (isSdk(specifier) && room !== SDK_ROOM) return `only ${SDK_ROOM}/ may import the OpenTelemetry SDK (${specifier})`;
  const packages = typeOnly ? [...rule.packages, ...rule.typePackages] : rule.packages;
  return packages.some((pattern) => matches(pattern, specifier))
    ? undefined
    : `${room}/ may not import the package ${specifier}`;
}

function judgeRoom(from: string, room: Room, rule: RoomRule, target: string, typeOnly: boolean): string | undefined {
  const other = roomOf(target);
  if (other === undefined) return `${room}/ may not import ${target}, which is in no room`;
  if (other === room) {
    const [, folder] = from.split('/');
    const [, otherFolder] = target.split('/');
    const strangers = ROOMS_OF_STRANGERS.includes(room) && folder !== otherFolder;
    return strangers ? `${room}/${folder} may not import ${room}/${otherFolder}: none knows another` : undefined;
  }
  if (rule.rooms.includes(other)) return undefined;
  if (!rule.typeRooms.includes(other)) return `${room}/ may not import ${other}/`;
  return typeOnly ? undefined : `${room}/ may import only types of ${other}/: write "import type"`;
}

function isSdk(specifier: string): boolean {
  return specifier.startsWith('@opentelemetry/') && specifier !== '@opentelemetry/api';
}

function matches(pattern: string, specifier: string): boolean {
  return pattern.endsWith('*') ? specifier.startsWith(pattern.slice(0, -1)) : specifier === pattern;
}
