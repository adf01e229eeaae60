import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSseReader } from '../../src/decode/sse.js';
import { cutAt } from '../support/cuttings.js';

interface Read {
  events: string[];
  oversized: number;
}

function read(pieces: readonly Uint8Array[], limit = 1 << 20): Read {
  const result: Read = { events: [], oversized: 0 };
  const reader = createSseReader(
    limit,
    (data) => result.events.push(data),
    () => {
      result.oversized += 1;
    },
  );
  for (const piece of pieces) reader.feed(piece);
  reader.end();
  return result;
}

const readText = (text: string, limit?: number) => read([Buffer.from(text)], limit);
const byteByByte = (text: string) => Array.from(Buffer.from(text), (byte) => Buffer.from([byte]));

/** The specification's parser, in its own words and without any care for speed. */
function naive(text: string): string[] {
  const events: string[] = [];
  let data: string[] = [];
  for (const line of `${text.replace(/^\ufeff/, '')}\n\n`.split(/\r\n|\n|\r/)) {
    if (line === '') {
      if (data.length > 0) events.push(data.join('\n'));
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    if (field === 'data') data.push(colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, ''));
  }
  return events;
}

const part = fc.constantFrom(
  'data: ',
  'data:',
  'data',
  'event: x',
  'id: 1',
  ': ping',
  'retry: x',
  '\n',
  '\n\n',
  '\r\n',
  '\r',
  '\r\n\r\n',
  '{"a":1}',
  '[DONE]',
  ' ',
  ':',
  'ü',
  '🙂',
  '\ufeff',
  '\u0000',
  'x',
);
const stream = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(''));
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

describe('the events of a stream', () => {
  test("are the specification's, in any split", () => {
    fc.assert(
      fc.property(stream, cuts, (text, places) => {
        const bytes = Buffer.from(text);
        const expected = { events: naive(text), oversized: 0 };
        expect(read(cutAt(places)(bytes))).toEqual(expected);
        expect(read(byteByByte(text))).toEqual(expected);
      }),
      { numRuns: 500, seed: 13 },
    );
  });

  test.each([
    ['a last event without its newline', 'data: 1\n\ndata: 2', ['1', '2']],
    ['a byte order mark', '\ufeffdata: 1\n\n', ['1']],
    ['carriage returns alone, the last one open', 'data: 1\r\rdata: 2\r', ['1', '2']],
    ['data in several lines', 'data: {\ndata: }\n\n', ['{\n}']],
    ['no space, and one space more', 'data:1\n\ndata:  2\n\n', ['1', ' 2']],
    ['an event without data', 'event: ping\n\n: comment\n\n', []],
    ['empty data', 'data\n\ndata:\n\n', ['', '']],
    ['bytes that are no UTF-8', 'data: \ud800\n\n', ['\ufffd']],
  ])('%s', (_name, text, events) => {
    expect(readText(text).events).toEqual(events);
    expect(read(byteByByte(text)).events).toEqual(events);
  });

  test('a character that is cut at the very end is replaced', () => {
    expect(read([Buffer.from('data: ü').subarray(0, -1)]).events).toEqual(['\ufffd']);
  });
});

describe('an event beyond the limit', () => {
  // well beyond or well below: what exactly counts at the border depends on where a line is cut
  const event = fc.record({
    big: fc.boolean(),
    lines: fc.integer({ min: 1, max: 3 }),
    end: fc.constantFrom('\n\n', '\r\n\r\n', '\r\r'),
  });

  test('is passed over and reported, and those around it are not touched, in any split', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), cuts, (events, places) => {
        const texts = events.map(({ big, lines, end }, index) => {
          const newline = end.slice(0, end.length / 2);
          const line = `data: ${index}${'x'.repeat(big ? 600 : 10)}`;
          return Array.from({ length: lines }, () => line).join(newline) + end;
        });
        const bytes = Buffer.from(texts.join(''));
        const small = events.flatMap(({ big }, index) => (big ? [] : [texts[index] as string]));
        const expected = { events: naive(small.join('')), oversized: events.filter(({ big }) => big).length };
        expect(read(cutAt(places)(bytes), 200)).toEqual(expected);
        expect(read(byteByByte(bytes.toString()), 200)).toEqual(expected);
      }),
      { numRuns: 150, seed: 14 },
    );
  });

  test('that never ends is reported once', () => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    expect(
      read(
        Array.from({ length: 100 }, () => piece),
        1000,
      ),
    ).toEqual({ events: [], oversized: 1 });
  });

  test('hostile line ends take linear time', () => {
    const started = performance.now();
    read([Buffer.alloc(1 << 20, '\r'), Buffer.from(`${'data: x\n'.repeat(100_000)}\r`)]);
    // about a minute when each line searches the rest of its chunk, on any machine more than this
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
