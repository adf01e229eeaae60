import type { ContentPolicy } from '../../model/content-policy.js';
import { asObject, asText, type Json, type JsonObject } from '../../model/json.js';
import type { RequestContent } from '../../model/message.js';
import type { EndpointTraits } from '../../model/record.js';
import type { Endpoint, ResponseFacts } from '../endpoint.js';
import { readParameters } from '../parameters.js';
import { without } from './envelope.js';
import { readFormValues } from './form-values.js';
import { readMediaEvent, readMediaResponse } from './media-facts.js';
import { redactMediaRequest, redactMediaResponse, withoutFileNames } from './media-redaction.js';
import { createTranscriptFold } from './transcript-fold.js';

const SHARED_TRAITS = { spanKind: 'LLM', system: 'openai', provider: 'openai' } as const;

/** POST …/audio/transcriptions (OpenAI API reference, "Create transcription"): a form; the answer is JSON, a text, or a stream. */
export const audioTranscriptions: Endpoint = createTranscriptEndpoint('/audio/transcriptions', {
  ...SHARED_TRAITS,
  operation: 'transcription',
  genAiOperation: 'transcription',
  spanName: 'Transcription',
});

/** POST …/audio/translations (OpenAI API reference, "Create translation"): as a transcription, in English. */
export const audioTranslations: Endpoint = createTranscriptEndpoint('/audio/translations', {
  ...SHARED_TRAITS,
  operation: 'translation',
  genAiOperation: 'translation',
  spanName: 'Translation',
});

function createTranscriptEndpoint(suffix: string, traits: EndpointTraits): Endpoint {
  return {
    traits,
    suffixes: [suffix],
    shared: false,
    tailMembers: ['usage'],
    readRequest: (body) => ({ model: asText(body['model']), stream: body['stream'] === true }),
    readForm: readFormValues,
    readResponse: withTokens,
    readText: (text) => ({ text }),
    isResponse: (body) => typeof body['text'] === 'string',
    readEvent: (event) => ({
      ...readMediaEvent(event, isNews(event), event['type'] === 'transcript.text.done'),
      usage: withTokens(event).usage,
      // an event's id is a segment's
      id: undefined,
    }),
    createFold: createTranscriptFold,
    describeRequest,
    describeResponse: (body) => ({ transcript: asText(body['text']) }),
    redactRequest: (body, policy: ContentPolicy) => redactMediaRequest(body, policy, CONTENT),
    redactResponse: redactMediaResponse,
  };
}

/** The sound, what was said before it, and who speaks in it. */
const CONTENT = new Map<string, ((value: Json) => Json) | undefined>([
  ['file', withoutFileNames],
  ['url', undefined],
  ['prompt', undefined],
  ['known_speaker_names', undefined],
  ['known_speaker_references', undefined],
]);

/** Usage is in tokens, or in seconds of sound, which are none (telemetry contract, section 2). */
function withTokens(body: JsonObject): ResponseFacts {
  const facts = readMediaResponse(body);
  return asObject(body['usage'])?.['type'] === 'tokens' ? facts : { ...facts, usage: undefined };
}

/** The last event repeats the text that came before. */
function isNews(event: JsonObject): boolean {
  const type = event['type'];
  if (type === 'transcript.text.delta') return asText(event['delta']) !== undefined;
  return type === 'transcript.text.segment' && asText(event['text']) !== undefined;
}

function describeRequest(body: JsonObject): RequestContent {
  return {
    task: asText(body['prompt']),
    invocationParameters: without(body, [...CONTENT.keys()]),
    parameters: { ...readParameters(body), outputType: readOutputType(body['response_format']) },
  };
}

/** The formats of a transcript are JSON, or texts of several kinds. */
function readOutputType(format: Json | undefined): string | undefined {
  const name = asText(format);
  if (name === undefined) return undefined;
  return name.endsWith('json') ? 'json' : 'text';
}
