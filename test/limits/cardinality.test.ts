import { afterAll, beforeAll, expect, it } from 'vitest';
import { chatRequest, requestBody, requestHeaders, responseBody, responseHeaders } from '../server/support/messages.js';
import { messageFrame } from './support/peer.js';
import { FULL, type LimitStage, startLimitStage } from './support/stage.js';

/** Calls, each with a model, an answered model and a header's value that nobody had before. */
const CALLS = FULL ? 1_000_000 : 2_000;
const AT_ONCE = 32;
/** MiB. */
const GROWTH = 100;

let stage: LimitStage;
beforeAll(async () => {
  stage = await startLimitStage({ OTEL_AIGW_METRICS_REQUEST_HEADER_ATTRIBUTES: 'x-team:team' });
});
afterAll(() => stage?.close());

it('values that nobody had before become _other, and every call is still counted', async () => {
  const peer = stage.connect();
  await stage.attack(`${CALLS} calls, each with a model and a mapped header's value of its own`, GROWTH, async () => {
    let next = 0;
    const worker = async () => {
      while (next < CALLS) {
        const mine = next++;
        const stream = peer.open();
        const answer = `{"model":"answered-${mine}","usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`;
        const messages = [
          requestHeaders({ 'x-team': `team-${mine}-${'x'.repeat(500)}` }),
          requestBody(chatRequest(`model-${mine}`), true),
          responseHeaders(),
          responseBody(answer, true),
        ];
        await stream.write(Buffer.concat(messages.map(messageFrame)));
        await stream.until(messages.length);
        stream.reset();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  });
  expect(await stage.samples()).toBe(CALLS);
  expect(await stage.counter('metrics_limited')).toBeGreaterThan(0);
  const begin = performance.now();
  const samples = await stage.metrics();
  const duration = samples.filter(({ name }) => name === 'gen_ai_server_request_duration_seconds_count');
  // 200 values of an attribute, 1,000 combinations, and those that stay apart beyond them
  expect(duration.length).toBeLessThanOrEqual(1_500);
  expect(new Set(duration.map(({ labels }) => labels['gen_ai_original_model'])).size).toBeLessThanOrEqual(202);
  expect(new Set(duration.map(({ labels }) => labels['team'])).size).toBeLessThanOrEqual(202);
  expect(performance.now() - begin).toBeLessThan(10_000);
});
