import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMultipartReader, type Form, isMultipart } from '../../src/decode/multipart.js';
import { cutAt } from '../support/cuttings.js';
import { BOUNDARY, FORM_HEADERS, form } from '../support/form.js';

const TYPE = FORM_HEADERS['content-type'];
const MIB = 1 << 20;

/** Reads a body within one turn of the event loop, as the exchange does. */
function read(body: Uint8Array | string, cut = (bytes: Uint8Array) => [bytes], type = TYPE, cap = MIB): Form {
  const reader = createMultipartReader(type, cap);
  if (!reader) throw new Error('no reader');
  for (const piece of cut(Buffer.from(body as string))) reader.add(piece);
  return reader.form();
}

/** The fields as plain JSON. */
const fieldsOf = (one: Form) => JSON.parse(JSON.stringify(one.fields));
const bytewise = (bytes: Uint8Array) => Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));

const NOISE = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7919) % 256));
/** What almost ends a part. */
const NEAR_DELIMITERS = `\r\n--${BOUNDARY.slice(0, -1)}\r\n\r\n--\r\n--${BOUNDARY}`.slice(0, -1);

const EXAMPLE = form(
  ['file', { name: '日本 ü.mp3', type: 'audio/mpeg', bytes: NOISE }],
  ['model', 'whisper-1'],
  ['prompt', 'Grüße 🙂\r\nzweite Zeile'],
  ['empty', ''],
  ['timestamp_granularities[]', 'word'],
  ['timestamp_granularities[]', 'segment'],
  ['include[]', 'logprobs'],
  ['again', 'a'],
  ['again', 'b'],
  ['image[]', { name: 'a.png', type: 'image/png', bytes: NEAR_DELIMITERS }],
  ['image[]', { name: 'b.png', bytes: '' }],
  ['__proto__', 'plain'],
);
const FIELDS = JSON.parse(`{
  "file": {"name": "日本 ü.mp3", "size": 3000},
  "model": "whisper-1",
  "prompt": "Grüße 🙂\\r\\nzweite Zeile",
  "empty": "",
  "timestamp_granularities": ["word", "segment"],
  "include": ["logprobs"],
  "again": ["a", "b"],
  "image": [{"name": "a.png", "size": ${NEAR_DELIMITERS.length}}, {"name": "b.png", "size": 0}],
  "__proto__": "plain"
}`);

describe('a form', () => {
  test.each([
    ['in one piece', undefined],
    ['byte by byte', bytewise],
  ])('%s is read at once: fields as texts, files as name and size, lists', (_name, cut) => {
    const one = read(EXAMPLE, cut);
    expect(fieldsOf(one)).toEqual(FIELDS);
    expect({ ...one.members }).toEqual({ ...one.fields });
    expect(one).toMatchObject({ truncated: false, complete: true });
  });

  test('in any cutting is the same', () => {
    const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });
    fc.assert(
      fc.property(places, (parts) => {
        const one = read(EXAMPLE, cutAt(parts));
        expect(fieldsOf(one)).toEqual(FIELDS);
        expect(one).toMatchObject({ truncated: false, complete: true });
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  test('cut at every place around a delimiter is the same', () => {
    const small = form(['a', '1'], ['b', '2']);
    for (let place = 0; place <= small.length; place += 1) {
      const one = read(small, (bytes) => [bytes.subarray(0, place), bytes.subarray(place)]);
      expect(fieldsOf(one)).toEqual({ a: '1', b: '2' });
      expect(one.complete).toBe(true);
    }
  });

  test('with turns of the event loop between its pieces is the same', async () => {
    const reader = createMultipartReader(TYPE, MIB);
    for (let from = 0; from < EXAMPLE.length; from += 97) {
      reader?.add(EXAMPLE.subarray(from, from + 97));
      await new Promise(setImmediate);
    }
    expect(fieldsOf(reader?.form() as Form)).toEqual(FIELDS);
  });

  test('does not keep files: many times the cap passes through', () => {
    const reader = createMultipartReader(TYPE, 1000);
    reader?.add(form(['file', { name: 'long.wav', bytes: '' }]).subarray(0, -`\r\n--${BOUNDARY}--\r\n`.length));
    const before = process.memoryUsage().arrayBuffers;
    const piece = Buffer.alloc(MIB, 'x');
    for (let index = 0; index < 64; index += 1) reader?.add(piece);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MIB);
    reader?.add(Buffer.from(`\r\n${form(['model', 'whisper-1']).toString()}`));
    const one = reader?.form() as Form;
    expect(fieldsOf(one)).toEqual({ file: { name: 'long.wav', size: 64 * MIB }, model: 'whisper-1' });
    expect(one.truncated).toBe(false);
  });
});

describe('what is not quite a form', () => {
  test('without its end', () => {
    const one = read(EXAMPLE.subarray(0, -(BOUNDARY.length + 6)));
    expect(one.complete).toBe(false);
    expect(one.fields['model']).toBe('whisper-1');
  });

  test('without anything', () => expect(read('')).toMatchObject({ complete: false, truncated: false }));

  test('with a preamble and an epilogue', () => {
    const one = read(`preamble\r\n${form(['model', 'm'])}epilogue`);
    expect(one).toMatchObject({ complete: true, fields: { model: 'm' } });
  });

  test('with parts that cannot be read between parts that can', () => {
    const broken = (head: string) => `--${BOUNDARY}\r\n${head}\r\n\r\nvalue\r\n`;
    const one = read(
      broken('Content-Disposition: form-data') +
        broken('Content-Type: text/plain') +
        broken('no header') +
        broken('Content-Disposition: attachment; name="x"') +
        broken('Content-Disposition: form-data; name="charset"\r\nContent-Type: text/plain; charset=klingon') +
        form(['model', 'm']),
    );
    expect(fieldsOf(one)).toEqual({ model: 'm' });
    expect(one).toMatchObject({ truncated: true, complete: true });
  });

  test('with a text in another charset', () => {
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="prompt"\r\nContent-Type: text/plain; charset=iso-8859-1`;
    const body = Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from([0xfc]), Buffer.from('\r\n'), form()]);
    expect(read(body).fields['prompt']).toBe('ü');
  });

  test('with bytes of no name as a file', () => {
    const one = read(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: application/octet-stream\r\n\r\n123\r\n${form()}`,
    );
    expect(fieldsOf(one)).toEqual({ file: { size: 3 } });
  });

  test.each([
    ['multipart/form-data; boundary=abc', true],
    ['Multipart/Form-Data;boundary="a b?c"; charset=utf-8', true],
    ['multipart/form-data', false],
    ['multipart/form-data; boundary=', false],
    ['multipart/form-data; boundary=""', false],
    [`multipart/form-data; boundary=${'a'.repeat(71)}`, false],
    ['multipart/form-data; boundary="a\u0000b"', false],
    ['multipart/form-data; boundary="a\\"b"', false],
  ])('%j has a reader: %s', (type, has) => {
    expect(isMultipart(type)).toBe(true);
    expect(createMultipartReader(type, MIB) !== undefined).toBe(has);
  });

  test('a quoted boundary may hold spaces', () => {
    const body = '--a b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--a b--';
    expect(read(body, undefined, 'multipart/form-data; boundary="a b"')).toMatchObject({
      complete: true,
      fields: { x: '1' },
    });
  });

  test.each([undefined, '', 'application/json', 'multipart/mixed; boundary=a', 'multipart/form-datax'])(
    '%s is none',
    (type) => expect(isMultipart(type)).toBe(false),
  );
});

describe('bounds', () => {
  test('a long text is kept up to the cap, and the model behind it is known', () => {
    const one = read(form(['prompt', 'x'.repeat(5000)], ['model', 'm'], ['other', 'y']), undefined, TYPE, 1000);
    expect(one).toMatchObject({ truncated: true, complete: true, members: { model: 'm', other: 'y' } });
    expect(Object.keys(one.fields)).toEqual(['prompt']);
    expect(JSON.stringify(one.fields).length).toBeLessThanOrEqual(1020);
    expect(one.fields['prompt']).toMatch(/^x{900,}$/);
  });

  test('texts that JSON writes longer are counted as JSON writes them', () => {
    const one = read(form(['prompt', '\u0001'.repeat(900)]), undefined, TYPE, 1000);
    expect(one.truncated).toBe(true);
    expect(JSON.stringify(one.fields).length).toBeLessThanOrEqual(1020);
  });

  test('a text beyond what any fact needs is not among the members', () => {
    const one = read(form(['prompt', 'x'.repeat(20_000)], ['model', 'm']), undefined, TYPE, 100);
    expect(one.members).toMatchObject({ prompt: '', model: 'm' });
  });

  test('without a cap for content the model is known', () => {
    expect(read(form(['model', 'm']), undefined, TYPE, 0)).toMatchObject({ members: { model: 'm' }, truncated: true });
  });

  test('only so many parts', () => {
    const many = form(...Array.from({ length: 500 }, (_, index) => [`name-${index}`, 'x'] as const));
    const one = read(many);
    expect(Object.keys(one.fields)).toHaveLength(128);
    expect(one.truncated).toBe(true);
  });

  test('names', () => {
    const one = read(form(['n'.repeat(200), 'x'], ['file', { name: `${'f'.repeat(400)}.mp3`, bytes: '1' }]));
    expect(Object.keys(one.fields)).toEqual(['file']);
    expect(one.fields['file']).toEqual({ name: 'f'.repeat(256), size: 1 });
    expect(one.truncated).toBe(true);
  });

  test('headers that never end', () => {
    const one = read(`--${BOUNDARY}\r\nX: ${'x'.repeat(100_000)}\r\n${form(['model', 'm'])}`);
    expect(one).toMatchObject({ truncated: true, fields: { model: 'm' } });
  });
});

test('no bytes ever throw', () => {
  const scrap = fc.constantFrom(
    `\r\n--${BOUNDARY}`,
    `--${BOUNDARY}\r\n`,
    '--',
    '\r\n',
    '\r',
    'Content-Disposition: form-data; name="a"',
    "; filename*=utf-8''%zz",
    '; filename="\\',
    'Content-Type: ;;;=',
    'Content-Transfer-Encoding: base64',
    '\r\n\r\n',
  );
  const piece = fc.oneof(
    scrap.map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 40 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.nat(2000), (pieces, cap) => {
      const one = read('', () => pieces, TYPE, cap);
      JSON.stringify(one);
    }),
    { numRuns: 500, seed: 5 },
  );
});
