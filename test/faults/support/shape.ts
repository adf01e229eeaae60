/** What a call looks like on the wire: the half of a cell that no fault changes. */

export const FAMILIES = [
  'chat',
  'responses',
  'completions',
  'embeddings',
  'images',
  'audio',
  'messages',
  'ollama-chat',
  'ollama-generate',
  'rerank',
] as const;
export type FamilyName = (typeof FAMILIES)[number];

export const FORMATS = ['json', 'sse', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

export const CHUNKS = [1, 100, 10_000] as const;
export type Chunks = (typeof CHUNKS)[number];

export const CODINGS = ['plain', 'gzip', 'br', 'zstd'] as const;
export type Coding = (typeof CODINGS)[number];

export const PROTOCOLS = ['h1', 'h2'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** `down`: between client and Envoy; `up`: between Envoy and upstream; `length`: a JSON answer tells its content-length. */
export interface Shape {
  family: FamilyName;
  format: Format;
  chunks: Chunks;
  coding: Coding;
  down: Protocol;
  up: Protocol;
  length: boolean;
}

/** The values of every dimension. */
export const DIMENSIONS = {
  family: FAMILIES,
  format: FORMATS,
  chunks: CHUNKS,
  coding: CODINGS,
  down: PROTOCOLS,
  up: PROTOCOLS,
  length: [true, false],
} as const;

/** The formats in which an endpoint answers. */
const ANSWERS: Record<FamilyName, readonly Format[]> = {
  chat: ['json', 'sse'],
  responses: ['json', 'sse'],
  completions: ['json', 'sse'],
  embeddings: ['json'],
  images: ['json', 'sse'],
  audio: ['json', 'sse'],
  messages: ['json', 'sse'],
  'ollama-chat': ['json', 'ndjson'],
  'ollama-generate': ['json', 'ndjson'],
  rerank: ['json'],
};

/** Whether there are such calls: endpoints answer in their own formats only, and only JSON has a length beforehand. */
export function isPossible({ family, format, length }: Partial<Shape>): boolean {
  if (family !== undefined && format !== undefined && !ANSWERS[family].includes(format)) return false;
  return !(format !== undefined && format !== 'json' && length === true);
}

/** One word for each dimension. */
export function describeShape({ family, format, chunks, coding, down, up, length }: Shape): string {
  return `${family} ${format}${length ? ' with length' : ''} in ${chunks}, ${coding}, ${down}→${up}`;
}
