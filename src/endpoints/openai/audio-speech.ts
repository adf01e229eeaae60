import { asText, type JsonObject } from '../../model/json.js';
import type { RequestContent } from '../../model/message.js';
import type { Endpoint, StreamFold } from '../endpoint.js';
import { readParameters } from '../parameters.js';
import { without } from './envelope.js';
import { readMediaEvent, readMediaResponse } from './media-facts.js';
import { redactMediaRequest, redactMediaResponse } from './media-redaction.js';

/** POST …/audio/speech (OpenAI API reference, "Create speech"): sound as bytes, or as events with `stream_format: sse`. */
export const audioSpeech: Endpoint = {
  traits: {
    operation: 'speech',
    genAiOperation: 'speech',
    spanName: 'AudioSpeech',
    spanKind: 'LLM',
    system: 'openai',
    provider: 'openai',
  },
  suffixes: ['/audio/speech'],
  shared: false,
  readRequest: (body) => ({ model: asText(body['model']), stream: body['stream_format'] === 'sse' }),
  readResponse: readMediaResponse,
  binary: true,
  // a 2xx answer is never one JSON object
  isResponse: () => false,
  readEvent: (event) =>
    readMediaEvent(event, asText(event['audio']) !== undefined, event['type'] === 'speech.audio.done'),
  createFold,
  describeRequest,
  describeResponse: () => ({}),
  redactRequest: (body, policy) => redactMediaRequest(body, policy, CONTENT),
  redactResponse: redactMediaResponse,
};

/** What is to be said, and how. */
const CONTENT = new Map([
  ['input', undefined],
  ['instructions', undefined],
]);

function describeRequest(body: JsonObject): RequestContent {
  return {
    task: asText(body['input']),
    invocationParameters: without(body, [...CONTENT.keys()]),
    parameters: { ...readParameters(body), outputType: 'speech' },
  };
}

/** Of sound only its size in bytes is kept, as of an answer that is not streamed. */
function createFold(): StreamFold {
  let size = 0;
  let usage: JsonObject[string];
  return {
    push(event) {
      const audio = asText(event['audio']);
      if (audio !== undefined) size += Buffer.byteLength(audio, 'base64');
      usage = event['usage'] ?? usage;
    },
    result: () => (usage === undefined ? { size } : { size, usage }),
    held: () => 0,
  };
}
