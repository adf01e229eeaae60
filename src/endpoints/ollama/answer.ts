/** What answers and stream events of `/api/chat` and `/api/generate` have in common (Ollama API reference, "Streaming responses"). */
import { asCount, asObject, asText, type JsonObject } from '../../model/json.js';
import type { EventFacts, ResponseFacts } from '../endpoint.js';

/** The counters stand on the object with `done: true`, which is the last one; a counter of 0 is left out by the server. */
export function readAnswer(body: JsonObject): ResponseFacts {
  const model = asText(body['model']);
  if (body['done'] !== true) return { model };
  const reason = asText(body['done_reason']);
  return {
    model,
    usage: { input: asCount(body['prompt_eval_count']), output: asCount(body['eval_count']) },
    finishReasons: reason === undefined ? undefined : [reason],
  };
}

/** One line of a stream, given whether it carries content. An error line ends the answer like a last one does. */
export function readLine(event: JsonObject, content: boolean): EventFacts {
  const error = readError(event);
  if (error) return { ...readAnswer(event), content, error, terminal: 'failure' };
  return { ...readAnswer(event), content, terminal: event['done'] === true ? 'success' : undefined };
}

/** Ollama's errors are texts; servers before it may write objects. */
function readError(event: JsonObject): EventFacts['error'] {
  const object = asObject(event['error']);
  if (!object && asText(event['error']) === undefined) return undefined;
  return { type: asText(object?.['type']), code: asText(object?.['code']) };
}
