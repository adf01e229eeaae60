import { answerOf, chunkOf, LAST_CHUNK, SSE_HEAD } from '../../support/openai-answers.js';
import type { UpstreamScript } from '../../support/scripted-upstream.js';
import type { Mark, Stage } from './stage.js';

/** Options of the official client that lead to a script, with the call's mark in the query. */
export function callOptions(stage: Stage, mark: Mark, run: UpstreamScript, headers: Record<string, string> = {}) {
  return { query: { t: mark.id }, headers: { 'x-script': stage.upstream.script(run), ...headers } };
}

/** Answers with one JSON body. */
export function answers(body: string): UpstreamScript {
  return (exchange) => exchange.write(answerOf(body));
}

/** Answers with a stream, a chunk for each event, and pauses after each. */
export function streams(events: readonly string[], pauseMillis = 5): UpstreamScript {
  return async (exchange) => {
    await exchange.write(SSE_HEAD);
    for (const event of events) {
      await exchange.write(chunkOf(event));
      await exchange.pause(pauseMillis);
    }
    await exchange.write(LAST_CHUNK);
  };
}
