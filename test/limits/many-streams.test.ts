import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { requestBody, requestHeaders } from '../server/support/messages.js';
import { eventually } from '../support/eventually.js';
import { messageFrame, type Peer, type PeerStream } from './support/peer.js';
import { FULL, type LimitStage, MIB, startLimitStage } from './support/stage.js';

const STREAMS = FULL ? 10_000 : 1_500;
/** Streams of one connection. */
const PER_CONNECTION = 1_000;
/** Memory of one open stream and its call, in MiB: some 20 KB, and what they say. */
const PER_STREAM = 0.05;

let stage: LimitStage;
afterEach(() => stage?.close());

const HEADERS = messageFrame(requestHeaders());

/** Opens so many streams, each a call whose request headers were answered. */
async function openCalls(count: number): Promise<{ streams: PeerStream[]; peers: Peer[] }> {
  const peers = Array.from({ length: Math.ceil(count / PER_CONNECTION) }, () => stage.connect());
  const streams: PeerStream[] = [];
  for (const peer of peers) {
    const some = Array.from({ length: Math.min(PER_CONNECTION, count - streams.length) }, () => peer.open());
    for (const stream of some) void stream.write(HEADERS);
    await Promise.all(some.map((stream) => stream.until(1)));
    streams.push(...some);
  }
  return { streams, peers };
}

/** Every call was counted once, and nothing of them is left. */
async function expectAllOver(count: number): Promise<void> {
  await eventually(
    async () => (await stage.samples()) === count,
    () => `there are no ${count} samples`,
    60_000,
  );
  expect(await stage.gauge('streams_open')).toBe(0);
  expect(await stage.gauge('calls_open')).toBe(0);
  expect(await stage.gauge('calls_held_bytes')).toBe(0);
}

describe('many streams', () => {
  it('are held open for little memory, and are one sample each when their peer is gone', async () => {
    stage = await startLimitStage();
    await stage.attack(`${STREAMS} open streams, each in the middle of a call`, 20 + STREAMS * PER_STREAM, async () => {
      const { peers } = await openCalls(STREAMS);
      expect(await stage.gauge('streams_open')).toBeGreaterThanOrEqual(STREAMS);
      await wait(1000);
      for (const peer of peers) peer.close();
      await eventually(async () => (await stage.gauge('calls_open')) <= 1, undefined, 30_000);
    });
    await expectAllOver(STREAMS);
  });

  it('beyond their bound are ended at once, in peace, and counted', async () => {
    const bound = 100;
    stage = await startLimitStage({ GENAI_EXTPROC_STREAMS: String(bound) });
    const peer = stage.connect();
    const held = Array.from({ length: bound }, () => peer.open());
    for (const stream of held) void stream.write(HEADERS);
    await Promise.all(held.map((stream) => stream.until(1)));
    const more = Array.from({ length: 50 }, () => peer.open());
    for (const stream of more) void stream.write(HEADERS);
    expect(new Set(await Promise.all(more.map(({ ended }) => ended)))).toEqual(new Set(['0']));
    expect(more.map((stream) => stream.replies())).toEqual(Array(50).fill(0));
    expect(await stage.counter('streams_refused')).toBe(50);
    expect(held.filter((stream) => stream.outcome() !== undefined)).toEqual([]);
    // room again
    held[0]?.reset();
    await held[0]?.ended;
    const next = peer.open();
    void next.write(HEADERS);
    await next.until(1);
    peer.close();
    await expectAllOver(bound + 1);
  });

  it('that say one byte a second hold no more than all calls together may', async () => {
    const bound = FULL ? 64 : 16;
    const each = FULL ? 256 * 1024 : 64 * 1024; // of a body that never ends
    stage = await startLimitStage({ GENAI_EXTPROC_HELD_BYTES: String(bound * MIB) });
    const growth = 60 + STREAMS * PER_STREAM + 2 * bound;
    const about = `${STREAMS} streams that hold ${each / 1024} KiB of a request each and go on with a byte a second`;
    await stage.attack(about, growth, async () => {
      const { streams, peers } = await openCalls(STREAMS);
      const begin = messageFrame(requestBody(`{"messages":[{"content":"${'x'.repeat(each)}`));
      for (let first = 0; first < streams.length; first += 100) {
        await Promise.all(streams.slice(first, first + 100).map((stream) => stream.write(begin)));
      }
      await Promise.all(streams.map((stream) => stream.until(2)));
      expect(await stage.gauge('calls_held_bytes')).toBeLessThanOrEqual(bound * MIB);
      const byte = messageFrame(requestBody('x'));
      for (let second = 0; second < (FULL ? 20 : 3); second += 1) {
        for (const stream of streams) void stream.write(byte);
        await wait(1000);
      }
      expect(await stage.gauge('calls_held_bytes')).toBeLessThanOrEqual(bound * MIB);
      // one that is slow is no worse: model and end are found
      const [last] = streams as [PeerStream];
      last.send(requestBody('"}],"model":"slow"}', true));
      await eventually(() => last.replies() >= 3);
      for (const peer of peers) peer.close();
      await eventually(async () => (await stage.gauge('calls_open')) <= 1, undefined, 60_000);
    });
    expect(await stage.counter('content_shed')).toBeGreaterThan(STREAMS / 2);
    await expectAllOver(STREAMS);
    const [slow] = (await stage.metrics()).filter(
      ({ name, labels }) =>
        name === 'gen_ai_server_request_duration_seconds_count' && labels['gen_ai_original_model'] === 'slow',
    );
    expect(slow?.value).toBe(1);
  });
});
