import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asObject, asText, type Json, type JsonObject } from '../../model/json.js';
import type { RequestContent, ResponseContent } from '../../model/message.js';
import type { Endpoint, StreamFold } from '../endpoint.js';
import { readParameters } from '../parameters.js';
import { without } from './envelope.js';
import { readFormValues } from './form-values.js';
import { imageDataUrl } from './image-data-url.js';
import { IMAGE_CONTENT, redactImagesRequest } from './images-redaction.js';
import { readMediaEvent, readMediaResponse } from './media-facts.js';
import { redactMediaResponse } from './media-redaction.js';

/** POST …/images/generations, …/images/edits (a form, or JSON) and …/images/variations (a form) (OpenAI API reference, "Images"). */
export const images: Endpoint = {
  traits: {
    operation: 'image_generation',
    genAiOperation: 'image_generation',
    spanName: 'ImagesResponse',
    spanKind: 'LLM',
    system: 'openai',
    provider: 'openai',
  },
  suffixes: ['/images/generations', '/images/edits', '/images/variations'],
  shared: false,
  tailMembers: ['model', 'usage'],
  readRequest: (body) => ({ model: asText(body['model']), stream: body['stream'] === true }),
  readForm: readFormValues,
  readResponse: readMediaResponse,
  isResponse: (body) => Array.isArray(body['data']),
  readEvent: (event) => readMediaEvent(event, asText(event['b64_json']) !== undefined, isCompleted(event)),
  createFold,
  describeRequest,
  describeResponse,
  redactRequest: redactImagesRequest,
  redactResponse,
};

/** Images of one answer that are shown; the API makes ten at the most. */
const IMAGES = 32;

function isCompleted(event: JsonObject): boolean {
  return event['type'] === 'image_generation.completed' || event['type'] === 'image_edit.completed';
}

/** A stream's answer is its completed event, as the official instrumentation records it; until that comes, the latest partial image. */
function createFold(): StreamFold {
  let latest: JsonObject = {};
  return {
    push(event) {
      if (!isCompleted(latest) || isCompleted(event)) latest = event;
    },
    result: () => latest,
    // the next event takes the place of the one that is held
    held: () => 0,
    isWhole: isCompleted,
  };
}

function describeRequest(body: JsonObject): RequestContent {
  return {
    task: asText(body['prompt']),
    invocationParameters: without(body, IMAGE_CONTENT),
    parameters: { ...readParameters(body), outputType: 'image' },
  };
}

/** The images of an answer, or the one of a stream's event. */
function describeResponse(body: JsonObject): ResponseContent {
  const list = asArray(body['data']) ?? (body['b64_json'] === undefined ? undefined : [body]);
  const format = asText(body['output_format']);
  return { images: list?.slice(0, IMAGES).map((entry) => readImage(entry, format)) };
}

function readImage(value: Json, format: string | undefined): string | undefined {
  const image = asObject(value);
  const url = asText(image?.['url']);
  const base64 = asText(image?.['b64_json']);
  return url ?? (base64 === undefined ? undefined : imageDataUrl(base64, format));
}

/** Members of an image that are the image and no text. */
const PICTURE = ['b64_json', 'url'];

function redactResponse(body: JsonObject, policy: ContentPolicy): JsonObject {
  const pictures = PICTURE.map((name) => [name, (value: Json) => value] as const);
  const redactEntry = (value: Json) => {
    const image = asObject(value);
    return image ? redactMediaResponse(image, policy, new Map(pictures)) : REDACTED;
  };
  const redactEntries = (value: Json) => asArray(value)?.map(redactEntry) ?? REDACTED;
  return redactMediaResponse(body, policy, new Map([...pictures, ['data', redactEntries]]));
}
