import { brotliCompressSync, constants, createGzip, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessingRequest } from '../../src/wire/messages.js';
import { chatRequest, requestBody, requestHeaders, responseBody, responseHeaders } from '../server/support/messages.js';
import { eventually } from '../support/eventually.js';
import { messageFrame } from './support/peer.js';
import { FULL, type LimitStage, MIB, startLimitStage } from './support/stage.js';

/** Decompressed size of a bomb, in MiB. */
const SIZE = FULL ? 1024 : 256;
/** Calls at a time. */
const AT_ONCE = 8;
/** MiB: what is decoded of each at most, twice, and garbage. */
const GROWTH = 60 + AT_ONCE * 32;

let stage: LimitStage;
let bombs: Record<string, Buffer>;
beforeAll(async () => {
  stage = await startLimitStage();
  bombs = { gzip: await gzipBomb(), br: brotliBomb(), zstd: zstdBomb() };
}, 120_000);
afterAll(() => stage?.close());

async function gzipBomb(): Promise<Buffer> {
  const gzip = createGzip({ level: 9 });
  const zeros = Buffer.alloc(MIB);
  const compressed = gzip.toArray();
  for (let written = 0; written < SIZE; written += 1) {
    if (!gzip.write(zeros)) await new Promise((resolve) => gzip.once('drain', resolve));
  }
  gzip.end();
  return Buffer.concat(await compressed);
}

function brotliBomb(): Buffer {
  const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_QUALITY]: 5 };
  return brotliCompressSync(Buffer.alloc(SIZE * MIB), { params });
}

/** Blocks of one byte, repeated 128 KiB each (RFC 8878, section 3.1.1.2). */
function zstdBomb(): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (17 - 10) << 3]);
  const size = (128 * 1024) << 3;
  const block = Buffer.from([(size | 2) & 0xff, (size >> 8) & 0xff, size >> 16, 0]);
  return Buffer.concat([head, ...Array(SIZE * 8).fill(block)]);
}

/** One call; resolves when each of its messages was answered. */
async function call(messages: readonly ProcessingRequest[]): Promise<void> {
  const stream = stage.connect().open();
  for (const [index, message] of messages.entries()) {
    await stream.write(messageFrame(message));
    await stream.until(index + 1);
  }
  stream.reset();
}

/** The records of compressed answers come when their decoders are through. */
async function expectSamples(count: number): Promise<void> {
  await eventually(
    async () => (await stage.samples()) >= count,
    () => `there are no ${count} samples`,
    30_000,
  );
  expect(await stage.samples()).toBe(count);
}

describe.each(['gzip', 'br', 'zstd'])('bombs in %s', (encoding) => {
  it('as answers: the copies are dropped, the replies come', async () => {
    const bomb = bombs[encoding] as Buffer;
    const before = { samples: await stage.samples(), limited: await stage.counter('decode_limited') };
    const about = `${AT_ONCE} ${encoding} answers at a time of ${SIZE} MiB each, ${Math.ceil(bomb.length / 1024)} KiB compressed`;
    await stage.attack(about, GROWTH, async () => {
      const messages = [
        requestHeaders(),
        requestBody(chatRequest('m'), true),
        responseHeaders({ 'content-encoding': encoding }),
        responseBody(bomb),
        responseBody(undefined, true),
      ];
      await Promise.all(Array.from({ length: AT_ONCE }, () => call(messages)));
    });
    await expectSamples(before.samples + AT_ONCE);
    expect(await stage.counter('decode_limited')).toBe(before.limited + AT_ONCE);
  });

  it('as requests', async () => {
    const bomb = bombs[encoding] as Buffer;
    const before = await stage.samples();
    await stage.attack(`${AT_ONCE} ${encoding} requests at a time of ${SIZE} MiB each`, GROWTH, async () => {
      const messages = [requestHeaders({ 'content-encoding': encoding }), requestBody(bomb, true)];
      await Promise.all(Array.from({ length: AT_ONCE }, () => call(messages)));
    });
    await expectSamples(before + AT_ONCE);
  });
});

it('the size alone ends an answer that is not dense', async () => {
  const noise = Buffer.alloc(24 * MIB);
  for (let at = 0; at < noise.length; at += 1) noise[at] = (at * 2_654_435_761) >>> 24;
  const before = await stage.counter('decode_limited');
  await stage.attack('a gzip answer of 24 MiB that is no bomb by its ratio', GROWTH, async () => {
    const bytes = gzipSync(
      Buffer.concat([noise, Buffer.from(Array.from({ length: MIB }, () => Math.random() * 256))]),
      {
        level: 1,
      },
    );
    await call([
      requestHeaders(),
      requestBody(chatRequest('m'), true),
      responseHeaders({ 'content-encoding': 'gzip' }),
      responseBody(bytes),
      responseBody(undefined, true),
    ]);
  });
  await eventually(async () => (await stage.counter('decode_limited')) === before + 1);
});
