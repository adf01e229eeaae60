import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  chatAnswer,
  chatRequest,
  requestBody,
  requestHeaders,
  responseBody,
  responseHeaders,
} from '../server/support/messages.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/ports.js';
import { messageFrame, type Peer, type PeerStream } from './support/peer.js';
import { FULL, type LimitStage, MIB, startLimitStage } from './support/stage.js';

let stage: LimitStage;
afterEach(() => stage?.close());

async function start(settings: Record<string, string>): Promise<void> {
  // spans are made and encoded as for any collector; one that took them all would be busier than the sidecar
  const nobody = `http://127.0.0.1:${await freePort()}`;
  stage = await startLimitStage({ OTEL_EXPORTER_OTLP_ENDPOINT: nobody, OTEL_METRICS_EXPORTER: 'none', ...settings });
}

const LONG = 'a word '.repeat(8_000);
const CALL = Buffer.concat(
  [
    requestHeaders(),
    requestBody(chatRequest('busy', { messages: [{ role: 'user', content: LONG }] }), true),
    responseHeaders(),
    responseBody(chatAnswer('busy', { choices: [{ index: 0, message: { role: 'assistant', content: LONG } }] }), true),
  ].map(messageFrame),
);

/** Connections of a flood: each has its turn of the event loop, so that many make one turn long. */
const CONNECTIONS = 48;

/** Makes calls on many connections at a time until `until` resolves; resolves to their number. */
async function flood(until: () => Promise<void>): Promise<number> {
  let calls = 0;
  let stopped = false;
  const worker = async (peer: Peer) => {
    while (!stopped) {
      const stream = peer.open();
      await stream.write(CALL);
      await stream.until(4);
      stream.reset();
      calls += 1;
    }
  };
  const peers = Array.from({ length: CONNECTIONS }, () => stage.connect());
  const workers = Promise.all(peers.flatMap((peer) => [peer, peer, peer, peer]).map(worker));
  try {
    await until();
  } finally {
    stopped = true;
    await workers;
  }
  return calls;
}

/** How long a reply may wait behind the work of a flood. */
const QUEUED_MILLIS = 10_000;

const level = () => stage.gauge('shedding_level');

describe('overload', () => {
  it('a late event loop sheds content, then spans, never a sample, and all of it comes back', async () => {
    await start({ GENAI_EXTPROC_SHED_LAG_MILLIS: '20' });
    let calls = 0;
    const levels: number[] = [];
    await stage.attack(
      'more calls of 110 KB than the event loop can serve',
      1_000,
      async () => {
        await eventually(async () => (await level()) === 0, undefined, 30_000);
        calls = await flood(async () => {
          await eventually(
            async () => {
              const now = await level();
              if (levels.at(-1) !== now) levels.push(now);
              return now === 2;
            },
            () => `the level went ${levels.join()} only`,
            40_000,
          );
          await wait(500);
        });
      },
      QUEUED_MILLIS,
    );
    // one after the other, whatever the page was asked in between
    expect(levels).toEqual([...levels].sort());
    await eventually(
      async () => (await stage.samples()) === calls,
      () => `not every one of ${calls} calls was counted`,
      30_000,
    );
    const shed = { content: await stage.counter('content_shed'), spans: await stage.counter('spans_shed') };
    expect(shed.spans).toBeGreaterThan(0);
    expect(shed.content).toBeGreaterThan(shed.spans);
    await eventually(
      async () => (await level()) === 0,
      () => 'it does not come back',
      60_000,
    );
    expect(stage.stderr()).toMatch(/"level":1,"cause":"lag".*content of calls is left out/);
    expect(stage.stderr()).toMatch(/"level":2,"cause":"lag".*new calls have no span/);
    expect(stage.stderr()).toMatch(/"level":0.*back to normal/);

    // what comes now is whole again
    const before = await stage.counter('content_shed');
    const stream = stage.connect().open();
    await stream.write(CALL);
    await stream.until(4);
    await eventually(async () => (await stage.samples()) === calls + 1);
    expect(await stage.counter('content_shed')).toBe(before);
  }, 180_000);

  it('memory over its mark has open calls let their content go, and all of them are counted', async () => {
    const each = 256 * 1024;
    const count = FULL ? 1_000 : 400;
    const mark = FULL ? 240 : 160;
    await start({ GENAI_EXTPROC_SHED_MEMORY_BYTES: String(mark * MIB), GENAI_EXTPROC_HELD_BYTES: String(4096 * MIB) });
    const streams: PeerStream[] = [];
    await stage.attack(
      `${count} open calls with ${each / 1024} KiB each, with the mark of memory at ${mark} MiB`,
      mark + 150,
      async () => {
        const peer = stage.connect();
        const begin = Buffer.concat([
          messageFrame(requestHeaders()),
          messageFrame(requestBody(`{"model":"held","messages":[{"role":"user","content":"${'x'.repeat(each)}`)),
        ]);
        let highest = 0;
        for (let index = 0; index < count; index += 1) {
          const stream = peer.open();
          await stream.write(begin);
          await stream.until(2);
          streams.push(stream);
          if (index % 20 === 0) highest = Math.max(highest, await level());
        }
        await eventually(async () => {
          highest = Math.max(highest, await level());
          return highest >= 1;
        });
        await eventually(async () => (await stage.gauge('calls_held_bytes')) < (count * each) / 2, undefined, 20_000);
        for (const stream of streams) {
          stream.send(requestBody('"}]}', true));
          stream.send(responseHeaders());
          stream.send(responseBody(chatAnswer('held'), true));
        }
        await Promise.all(streams.map((stream) => stream.until(5)));
      },
    );
    await eventually(async () => (await stage.samples()) === count, undefined, 30_000);
    expect(await stage.counter('content_shed')).toBeGreaterThan(0);
    expect(stage.stderr()).toMatch(/"level":1,"cause":"memory"/);
    await eventually(
      async () => (await level()) === 0,
      () => 'it does not come back',
      60_000,
    );
  }, 180_000);
});
