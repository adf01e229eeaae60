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
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.js';
import { messageFrame, type Peer, type PeerStream } from './support/peer.js';
import { FULL, type LimitStage, MIB, startLimitStage } from './support/stage.js';

let stage: LimitStage;
let sink: OtlpSink;
afterEach(async () => {
  await stage?.close();
  await sink?.close();
});

async function start(settings: Record<string, string>): Promise<void> {
  sink = await startOtlpSink();
  stage = await startLimitStage({
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.grpcUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_BSP_MAX_QUEUE_SIZE: '1000000',
    GENAI_EXTPROC_SPAN_QUEUE_BYTES: String(256 * MIB),
    ...settings,
  });
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

/** Makes calls, many at a time, until told to stop; resolves to their number. */
function flood(peer: Peer, atOnce: number, stopped: () => boolean): Promise<number> {
  let calls = 0;
  const worker = async () => {
    while (!stopped()) {
      const stream = peer.open();
      await stream.write(CALL);
      await stream.until(4);
      stream.reset();
      calls += 1;
    }
  };
  return Promise.all(Array.from({ length: atOnce }, worker)).then(() => calls);
}

const level = () => stage.gauge('shedding_level');

describe('overload', () => {
  it('a late event loop sheds content, then spans, never a sample, and all of it comes back', async () => {
    await start({ GENAI_EXTPROC_SHED_LAG_MILLIS: '40' });
    let stop = false;
    let calls = 0;
    const levels: number[] = [];
    await stage.attack('more calls of 110 KB than the event loop can serve', 400, async () => {
      await eventually(async () => (await level()) === 0, undefined, 30_000);
      const flooding = flood(stage.connect(), 256, () => stop);
      await eventually(
        async () => {
          const now = await level();
          if (levels.at(-1) !== now) levels.push(now);
          return now === 2;
        },
        () => `the level went ${levels.join()} only`,
        60_000,
      );
      await wait(500);
      stop = true;
      calls = await flooding;
    });
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

    // what is left out says so, and what comes now is whole again
    const busy = () => sink.spans().filter(({ attributes }) => attributes['llm.model_name'] === 'busy-2024');
    const partly = () => busy().filter(({ attributes }) => attributes['genai_extproc.content.shed'] === true);
    await sink.until(() => partly().length > 0, 30_000);
    expect(partly().filter(({ attributes }) => attributes['input.value'] !== undefined)).toEqual([]);
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
