import { asArray, asObject, asString, asText, type Json, type JsonObject, writeJson } from '../../model/json.js';
import type { Message, RequestContent, ResponseContent } from '../../model/message.js';
import type { Endpoint, RequestFacts } from '../endpoint.js';
import { readParameters } from '../parameters.js';
import { readSession } from '../session.js';
import { without } from './envelope.js';
import { imageDataUrl } from './image-data-url.js';
import { readAnswer, readResponseEvent } from './responses-events.js';
import { createResponsesFold } from './responses-fold.js';
import { withoutImages } from './responses-images.js';
import { readItem, readText } from './responses-items.js';
import { redactResponsesAnswer, redactResponsesRequest } from './responses-redaction.js';

/** POST …/responses (OpenAI API reference, "Create a model response"). Big answers are scanned: the model stands behind the instructions. */
export const responses: Endpoint = {
  traits: {
    operation: 'responses',
    genAiOperation: 'chat',
    spanName: 'Responses',
    spanKind: 'LLM',
    system: 'openai',
    provider: 'openai',
    repeatsRequest: true,
  },
  suffixes: ['/responses'],
  shared: true,
  readRequest: readResponsesRequest,
  readResponse: readAnswer,
  isResponse: (body) => Array.isArray(body['output']) || body['object'] === 'response',
  readEvent: readResponseEvent,
  createFold: createResponsesFold,
  describeRequest: describeResponsesRequest,
  describeResponse,
  redactRequest: redactResponsesRequest,
  redactResponse: redactResponsesAnswer,
};

/** A conversation is named by its id, or by an object with it. */
export function readResponsesRequest(body: JsonObject): RequestFacts {
  const conversation = body['conversation'];
  return {
    model: asText(body['model']),
    stream: body['stream'] === true,
    conversation: asText(conversation) ?? asText(asObject(conversation)?.['id']),
    ...readSession(body),
  };
}

/** What a request asks; also that of a token count. */
export function describeResponsesRequest(body: JsonObject): RequestContent {
  return {
    messages: readMessages(body),
    tools: asArray(body['tools'])?.map(writeTool),
    invocationParameters: withoutVariables(without(body, ['input', 'instructions', 'tools'])),
    parameters: readParameters(body),
  };
}

function describeResponse(body: JsonObject): ResponseContent {
  const items = asArray(body['output']);
  const images = items?.flatMap((item) => readImage(item, body['tools']));
  return { messages: items?.map(readItem), images: images?.length ? images : undefined };
}

/** An image that was made on the way; which format it has is said there, or where it was asked for. */
function readImage(value: Json, tools: Json | undefined): string[] {
  const item = asObject(value);
  const base64 = asText(item?.['result']);
  if (item?.['type'] !== 'image_generation_call' || base64 === undefined) return [];
  const tool = asArray(tools)?.find((candidate) => asObject(candidate)?.['type'] === 'image_generation');
  return [imageDataUrl(base64, asText(item['output_format']) ?? asText(asObject(tool)?.['output_format']))];
}

/** The first place belongs to the instructions, whether there are any or not, so that a place means the same in every call. */
function readMessages({ instructions, input }: JsonObject): Message[] | undefined {
  const list = asArray(input)?.map(readItem) ?? (asString(input) === undefined ? [] : [userMessage(input as string)]);
  if (instructions != null) return [{ role: 'system', instructions: true, ...readText(instructions) }, ...list];
  return list.length > 0 ? [{}, ...list] : undefined;
}

function userMessage(content: string): Message {
  return { role: 'user', content };
}

/** A tool as sent; the mask of an image that shall be edited is an image, no part of the schema. */
function writeTool(tool: Json): string {
  const shown =
    asObject(tool)?.['type'] === 'image_generation' ? withoutImages(tool, { images: true, imageMaxLength: 0 }) : tool;
  return writeJson(shown) ?? '';
}

/** What fills a stored prompt's variables is content. Changes `copy`. */
function withoutVariables(copy: JsonObject): JsonObject {
  const prompt = asObject(copy['prompt']);
  if (prompt) copy['prompt'] = without(prompt, ['variables']);
  return copy;
}
