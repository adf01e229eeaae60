import { isDeepStrictEqual } from 'node:util';
import { createJsonScanner } from '../../../src/decode/json-scanner.js';
import { readJsonTail } from '../../../src/decode/json-tail.js';
import { createMultipartReader } from '../../../src/decode/multipart.js';
import { createLineReader } from '../../../src/decode/ndjson.js';
import { parsePartialJson } from '../../../src/decode/partial-json.js';
import { createSseReader } from '../../../src/decode/sse.js';
import { asObject, type Json, parseJson } from '../../../src/model/json.js';
import type { FuzzTarget } from '../engine/fuzz-target.js';
import { cutByContent } from '../engine/random.js';
import { assertSame, assertThat, bytesOf } from './assert.js';
import { readEvents } from './reference-sse.js';

const JSON_WORDS = ['"', '\\"', '\\u0000', '\\ud800', '{"a":', '[', ']', '}', 'null', 'true', ',', ':', '"__proto__":'];
const JSON_SEEDS = [
  '{"model":"gpt","messages":[{"role":"user","content":"Hi \\"you\\""}],"n":1,"usage":{"prompt_tokens":3,"total_tokens":5}}',
  '\ufeff{"a":[1,{"b":"}"},-1.5e3],"model":"ü🙂","e":[],"t":true,"z":null}',
  '[{"model":"x"}]',
  '{"a":"\\\\\\"","usage":{"x":"\\"usage\\":1"}}',
];
const SSE_SEEDS = [
  'data: {"a":1}\n\ndata: [DONE]\n\n',
  ': ping\r\nevent: x\r\ndata: one\r\ndata: two\r\n\r\nid: 1\rdata\rdata:  y\r\r',
  '\ufeffdata: ü🙂\n\nretry: 10\n\ndata: cut',
];
/** Small, so that inputs come to it. */
const LIMIT = 64;
const FORM_TYPE = 'multipart/form-data; boundary=XX';
const FORM_CAP = 200;

interface Framed {
  events: string[];
  oversized: number;
}

function frame(create: typeof createSseReader, limit: number, pieces: readonly Uint8Array[]): Framed {
  const framed: Framed = { events: [], oversized: 0 };
  const reader = create(
    limit,
    (data) => void framed.events.push(data),
    () => {
      framed.oversized += 1;
    },
  );
  for (const piece of pieces) reader.feed(piece);
  reader.end();
  return framed;
}

const sse: FuzzTarget = {
  name: 'sse',
  seeds: () => SSE_SEEDS.map(bytesOf),
  words: ['data: ', 'data:', '\r\n', '\n\n', '\r', ': ', 'event: ', 'id:', '\ufeff', 'x'.repeat(LIMIT)],
  run(input) {
    const wide = 1 << 20;
    const whole = frame(createSseReader, wide, [input]);
    assertSame(whole.events, readEvents(input), 'the specification');
    assertSame(frame(createSseReader, wide, cutByContent(input)), whole, 'a split');
    for (const pieces of [[input], cutByContent(input)]) {
      const narrow = frame(createSseReader, LIMIT, pieces);
      assertThat(
        narrow.events.every((data) => data.length <= LIMIT),
        'no event is over the limit',
      );
    }
  },
};

const ndjson: FuzzTarget = {
  name: 'ndjson',
  seeds: () => ['{"a":1}\n{"b":2}\r\n\n{"done":true}', `${'x'.repeat(LIMIT + 1)}\nü🙂`].map(bytesOf),
  words: ['\n', '\r\n', '{"a":1}', ' ', 'x'.repeat(LIMIT)],
  run(input) {
    const lines = input
      .toString('utf8')
      .split('\n')
      .map((line) => ({ line, fits: line.length <= LIMIT }));
    const expected = {
      events: lines.filter(({ line, fits }) => fits && line.trim() !== '').map(({ line }) => line),
      oversized: lines.filter(({ fits }) => !fits).length,
    };
    assertSame(frame(createLineReader, LIMIT, [input]), expected, 'the lines of the text');
    assertSame(frame(createLineReader, LIMIT, cutByContent(input)), expected, 'a split');
  },
};

const jsonScanner: FuzzTarget = {
  name: 'json-scanner',
  seeds: () => JSON_SEEDS.map(bytesOf),
  words: JSON_WORDS,
  run(input) {
    const scan = (pieces: readonly Uint8Array[]) => {
      const scanner = createJsonScanner();
      for (const piece of pieces) scanner.feed(piece);
      return { members: { ...scanner.members() }, root: scanner.root(), complete: scanner.complete() };
    };
    const whole = scan([input]);
    assertSame(scan(cutByContent(input)), whole, 'a split');
    const text = input.toString('utf8');
    const parsed = asObject(parseJson(text));
    if (parsed === undefined || !Buffer.from(text).equals(input)) return;
    const names = Object.keys(parsed);
    if (names.length > 100 || names.some((name) => JSON.stringify(name).length > 20) || input.length > 4096) return;
    if (/"(?:[^"\\]|\\.){101,}"\s*:/.test(text)) return;
    assertSame(whole, { members: { ...parsed }, root: 'object', complete: true }, 'JSON.parse');
  },
};

const jsonTail: FuzzTarget = {
  name: 'json-tail',
  seeds: () => JSON_SEEDS.map(bytesOf),
  words: [...JSON_WORDS, '"usage":{', '"model":', '\\"usage\\":'],
  run(input) {
    const tail = readJsonTail(input, ['usage', 'model']);
    const whole = asObject(parseJson(input.toString('utf8')));
    if (!tail || !whole) return;
    for (const [name, value] of Object.entries(tail)) assertSame(value, whole[name], `JSON.parse's ${name}`);
  },
};

const partialJson: FuzzTarget = {
  name: 'partial-json',
  seeds: () => JSON_SEEDS.map(bytesOf),
  words: JSON_WORDS,
  run(input) {
    const text = input.toString('utf8');
    const whole = parseJson(text);
    const read = parsePartialJson(text);
    if (whole === undefined) return;
    assertSame(read, whole, 'JSON.parse');
    const cut = text.slice(0, Math.floor(text.length * 0.7));
    const part = parsePartialJson(cut);
    if (part !== undefined) assertThat(isPartOf(part, whole), `what is read of a cut text is part of it: ${cut}`);
  },
};

/** Whether a value is what a text's beginning says: all but the last number and the last word are whole. */
function isPartOf(part: Json, whole: Json): boolean {
  if (Array.isArray(part)) return Array.isArray(whole) && part.every((item, index) => isPartOf(item, whole[index]!));
  if (typeof part === 'object' && part !== null) {
    const object = asObject(whole);
    // of two members of one name the later may be cut off
    return object !== undefined && Object.keys(part).every((name) => name in object);
  }
  return typeof part === typeof whole && (typeof part === 'number' || isDeepStrictEqual(part, whole));
}

const multipart: FuzzTarget = {
  name: 'multipart',
  seeds: () =>
    [
      '--XX\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--XX\r\nContent-Disposition: form-data; name="file"; filename="ü.mp3"\r\nContent-Type: audio/mpeg\r\n\r\n\x00\x01\r\n--XX--\r\n',
      '--XX\r\ncontent-disposition: form-data; name="a[]"\r\n\r\n1\r\n--XX\r\ncontent-disposition: form-data; name="a[]"\r\ncontent-type: text/plain; charset=latin1\r\n\r\n\xfc\r\n--XX--',
    ].map(bytesOf),
  words: [
    '--XX',
    '--XX--',
    '\r\n',
    '\r\n\r\n--XX\r\n',
    'Content-Disposition: form-data; name="',
    "; filename*=utf-8''%ff",
    'Content-Type: text/plain; charset=',
    'content-transfer-encoding: base64',
    '__proto__',
    '[]',
    'x'.repeat(130),
  ],
  run(input) {
    const read = (pieces: readonly Uint8Array[]) => {
      const reader = createMultipartReader(FORM_TYPE, FORM_CAP)!;
      for (const piece of pieces) reader.add(piece);
      return reader.form();
    };
    const whole = read([input]);
    const split = read(cutByContent(input));
    // behind a part whose headers cannot be read, and behind the form's end, the library goes on where its chunk ends
    const isPlain = whole.complete && !whole.truncated && !split.truncated;
    if (isPlain && input.indexOf('--XX--') === input.lastIndexOf('--XX')) assertSame(split, whole, 'a split');
    const texts = Object.values(whole.fields).flat() as Json[];
    const kept = texts.filter((value) => typeof value === 'string').reduce((sum, value) => sum + value.length, 0);
    assertThat(kept <= FORM_CAP, `${kept} characters are within the cap`);
  },
};

export const DECODE_TARGETS: readonly FuzzTarget[] = [sse, ndjson, jsonScanner, jsonTail, partialJson, multipart];
