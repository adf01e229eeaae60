import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessingRequest } from '../../src/wire/messages.js';
import { chatRequest, requestBody, requestHeaders, responseBody, responseHeaders } from '../server/support/messages.js';
import { eventually } from '../support/eventually.js';
import { sumOf } from '../support/prometheus-page.js';
import { messageFrame, type PeerStream } from './support/peer.js';
import { FULL, type LimitStage, MIB, startLimitStage } from './support/stage.js';

/** MiB of a body that is long. */
const LONG = FULL ? 1024 : 32;
/** Chunks of a body that comes byte by byte. */
const TINY = FULL ? 1_000_000 : 20_000;
/** What one call may add, in MiB: twice what is kept, an event that has not ended, and garbage. */
const GROWTH = 120;

let stage: LimitStage;
let calls = 0;
beforeAll(async () => {
  stage = await startLimitStage();
});
afterAll(() => stage?.close());

const END = '"}}],"usage":{"prompt_tokens":3,"completion_tokens":5,"total_tokens":8}}';
const SSE = { 'content-type': 'text/event-stream' };
const event = (members: object) =>
  `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [], ...members })}\n\n`;
const USAGE_EVENT = event({ usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 } });

/** One call, step by step; each message is answered. */
async function begin(): Promise<{ stream: PeerStream; say(message: ProcessingRequest): Promise<void>; model: string }> {
  calls += 1;
  const stream = stage.connect().open();
  let sent = 0;
  const say = async (message: ProcessingRequest) => {
    sent += 1;
    await stream.write(messageFrame(message));
    await stream.until(sent);
  };
  await say(requestHeaders());
  return { stream, say, model: `model-${calls}` };
}

/** Writes the same message so often; Envoy waits for replies, and so does this. */
async function repeat(stream: PeerStream, message: ProcessingRequest, count: number, atATime: number): Promise<void> {
  const frame = messageFrame(message);
  const some = Buffer.concat(Array(atATime).fill(frame));
  const before = stream.replies();
  for (let done = 0; done < count; done += atATime) {
    await stream.write(some);
    await stream.until(before + done + atATime);
  }
}

/** The call of that model was counted once, with its usage. */
async function expectCounted(model: string, failure?: string): Promise<void> {
  const labels = { gen_ai_original_model: model, ...(failure === undefined ? {} : { error_type: failure }) };
  await eventually(
    async () => sumOf(await stage.metrics(), 'gen_ai_server_request_duration_seconds_count', labels) === 1,
    () => `${model} was not counted`,
    10_000,
  );
  const tokens = sumOf(await stage.metrics(), 'gen_ai_client_token_usage_sum', {
    gen_ai_original_model: model,
    gen_ai_token_type: 'output',
  });
  if (failure === undefined) expect(tokens).toBe(5);
}

async function moved(counter: string, run: () => Promise<void>): Promise<number> {
  const before = await stage.counter(counter);
  await run();
  return (await stage.counter(counter)) - before;
}

describe('long bodies', () => {
  const chunk = 'x'.repeat(MIB);

  it('a request', async () => {
    const { stream, say, model } = await begin();
    const cut = await moved('content_truncated', async () => {
      await stage.attack(`a request of ${LONG} MiB in chunks of 1 MiB`, GROWTH, async () => {
        await say(requestBody(`{"model":"${model}","messages":[{"role":"user","content":"`));
        await repeat(stream, requestBody(chunk), LONG, 1);
        await say(requestBody('"}]}', true));
        await say(responseHeaders());
        await say(responseBody(`{"choices":[{"message":{"content":"${END}`, true));
      });
      await expectCounted(model);
    });
    expect(cut).toBe(1);
  });

  it('an answer', async () => {
    const { stream, say, model } = await begin();
    const cut = await moved('content_truncated', async () => {
      await stage.attack(`an answer of ${LONG} MiB in chunks of 1 MiB`, GROWTH, async () => {
        await say(requestBody(chatRequest(model), true));
        await say(responseHeaders());
        await say(responseBody('{"id":"a","object":"chat.completion","choices":[{"message":{"content":"'));
        await repeat(stream, responseBody(chunk), LONG, 1);
        await say(responseBody(END, true));
      });
      await expectCounted(model);
    });
    expect(cut).toBe(1);
  });

  it('an event that never ends, and one behind it', async () => {
    const { stream, say, model } = await begin();
    const oversized = await moved('events_oversized', async () => {
      await stage.attack(`a server-sent event of ${LONG} MiB`, GROWTH, async () => {
        await say(requestBody(chatRequest(model, { stream: true }), true));
        await say(responseHeaders(SSE));
        await say(responseBody('data: {"choices":[{"delta":{"content":"'));
        await repeat(stream, responseBody(chunk), LONG, 1);
        await say(responseBody(`"}}]}\n\n${USAGE_EVENT}data: [DONE]\n\n`, true));
      });
      await expectCounted(model);
    });
    expect(oversized).toBe(1);
  });

  it('an event of lines without an end: each would cost more than its characters', async () => {
    const { stream, say, model } = await begin();
    const lines = 'data:\n'.repeat(MIB / 6);
    const oversized = await moved('events_oversized', async () => {
      await stage.attack(
        `a server-sent event of ${Math.round((LONG * MIB) / 6 / 1e6)} million empty lines`,
        GROWTH,
        async () => {
          await say(requestBody(chatRequest(model, { stream: true }), true));
          await say(responseHeaders(SSE));
          await repeat(stream, responseBody(lines), LONG, 1);
          await say(responseBody(`\n\n${USAGE_EVENT}data: [DONE]\n\n`, true));
        },
      );
      await expectCounted(model);
    });
    expect(oversized).toBe(1);
  });

  it('a line that never ends', async () => {
    const { stream, say, model } = await begin();
    const oversized = await moved('events_oversized', async () => {
      await stage.attack(`a line of NDJSON of ${LONG} MiB`, GROWTH, async () => {
        await say(requestBody(chatRequest(model, { stream: true }), true));
        await say(responseHeaders({ 'content-type': 'application/x-ndjson' }));
        await say(responseBody('{"choices":[{"delta":{"content":"'));
        await repeat(stream, responseBody(chunk), LONG, 1);
        await say(responseBody(`"}}]}\n${USAGE_EVENT.slice('data: '.length)}`, true));
      });
      await expectCounted(model);
    });
    expect(oversized).toBe(1);
  });
});

describe('tiny chunks', () => {
  it('of a request', async () => {
    const { stream, say, model } = await begin();
    await stage.attack(`a request in ${TINY} chunks of a byte`, GROWTH, async () => {
      await say(requestBody(`{"model":"${model}","messages":[{"role":"user","content":"`));
      await repeat(stream, requestBody('x'), TINY, 100);
      await say(requestBody('"}]}', true));
      await say(responseHeaders());
      await say(responseBody(`{"choices":[{"message":{"content":"${END}`, true));
    });
    await expectCounted(model);
  });

  it('of a stream', async () => {
    const { stream, say, model } = await begin();
    await stage.attack(`a stream in ${TINY} chunks of a byte`, GROWTH, async () => {
      await say(requestBody(chatRequest(model, { stream: true }), true));
      await say(responseHeaders(SSE));
      await say(responseBody('data: {"choices":[{"delta":{"content":"'));
      await repeat(stream, responseBody('x'), TINY, 100);
      await say(responseBody(`"}}]}\n\n${USAGE_EVENT}data: [DONE]\n\n`, true));
    });
    await expectCounted(model);
  });
});
