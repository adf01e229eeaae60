/** The folders of `src/`; each knows one thing and may lean on few others. */
export const ROOMS = [
  'config',
  'model',
  'wire',
  'server',
  'exchange',
  'decode',
  'endpoints',
  'pricing',
  'recorders',
  'telemetry',
  'workers',
  'up',
  'util',
] as const;

export type Room = (typeof ROOMS)[number];

/** What the files of one room may import. Every list is complete: what is not in it is forbidden. */
export interface RoomRule {
  /** Other rooms, values and types. */
  rooms: readonly Room[];
  /** Other rooms, types only: they are erased, so nothing of that room runs here. */
  typeRooms: readonly Room[];
  /** npm packages; a trailing `*` stands for any rest. */
  packages: readonly string[];
  /** npm packages of which only types may be imported. */
  typePackages: readonly string[];
  /** Node built-ins without their `node:` prefix; `every` for rooms that touch the outside world. */
  builtins: readonly string[] | 'every';
}

/** Built-ins that compute and never reach out: no file, socket, process or clock behind them. */
const PURE = ['buffer', 'string_decoder', 'util', 'url', 'path'];

/** Files at the top of `src/` that put the rooms together and may import everything. */
export const COMPOSITION_ROOTS = ['main.ts', 'app.ts'];

/** The table of rooms (docs/architecture.md). */
export const RULES: Record<Room, RoomRule> = {
  model: { rooms: [], typeRooms: [], packages: [], typePackages: [], builtins: [] },
  util: { rooms: [], typeRooms: [], packages: ['pino'], typePackages: [], builtins: 'every' },
  pricing: {
    rooms: ['model'],
    typeRooms: [],
    packages: ['zod', 'yaml', '@marcbachmann/cel-js'],
    typePackages: [],
    builtins: [],
  },
  config: {
    rooms: ['model', 'pricing'],
    typeRooms: [],
    packages: ['zod', 'yaml'],
    typePackages: [],
    builtins: [...PURE, 'net'],
  },
  wire: {
    rooms: ['model', 'util'],
    typeRooms: [],
    packages: ['@grpc/proto-loader', 'protobufjs', 'protobufjs/*'],
    typePackages: ['@grpc/grpc-js'],
    builtins: PURE,
  },
  decode: {
    rooms: ['model'],
    typeRooms: [],
    packages: ['busboy', 'eventsource-parser', 'fzstd'],
    typePackages: [],
    builtins: [...PURE, 'zlib'],
  },
  endpoints: { rooms: ['model', 'decode'], typeRooms: [], packages: [], typePackages: [], builtins: PURE },
  exchange: {
    rooms: ['model', 'decode', 'endpoints', 'util'],
    typeRooms: ['config'],
    packages: [],
    typePackages: [],
    builtins: PURE,
  },
  recorders: {
    rooms: ['model', 'util'],
    typeRooms: [],
    packages: ['@opentelemetry/api'],
    typePackages: [],
    builtins: PURE,
  },
  telemetry: {
    rooms: ['model', 'util'],
    typeRooms: ['config'],
    packages: ['@opentelemetry/*', '@grpc/grpc-js'],
    typePackages: [],
    builtins: 'every',
  },
  server: {
    rooms: ['wire', 'exchange', 'model', 'util'],
    typeRooms: ['config'],
    packages: [],
    typePackages: [],
    builtins: 'every',
  },
  workers: {
    rooms: ['config', 'server', 'telemetry', 'util'],
    typeRooms: [],
    packages: [],
    typePackages: [],
    builtins: 'every',
  },
  up: { rooms: ['config', 'model', 'util'], typeRooms: [], packages: ['yaml'], typePackages: [], builtins: 'every' },
};

/** Rooms in which each subfolder is a world of its own: none imports a sibling. */
export const ROOMS_OF_STRANGERS: readonly Room[] = ['recorders'];

/** The only room that may load the OpenTelemetry SDK and its exporters; the API alone is free. */
export const SDK_ROOM: Room = 'telemetry';
