import { asArray, asNumber, asObject, asText, type Json, type JsonObject } from '../../model/json.js';

/** A request that the simulated model refuses, as OpenAI's errors say it. */
export interface Refusal {
  status: number;
  message: string;
  param?: string | undefined;
  code?: string | undefined;
}

/** What a chat or a completion request asks for. */
export interface TextRequest {
  /** One entry per prompt; chat has one. */
  prompts: string[];
  /** The latest thing said, for the answer to quote. */
  quote: string;
  /** Choices for each prompt. */
  choices: number;
  maxTokens: number | undefined;
  stream: boolean;
  includeUsage: boolean;
}

/** What an embeddings request asks for: the texts, or how many tokens an input given as token ids has. */
export interface EmbeddingRequest {
  inputs: (string | number[])[];
  dimensions: number;
  base64: boolean;
}

const MAX_CHOICES = 16;
const MAX_INPUTS = 2048;
const MAX_DIMENSIONS = 4096;
const DEFAULT_DIMENSIONS = 64;

/** Reads a chat completion request; a {@link Refusal} where it is not one. */
export function parseChatRequest(body: JsonObject): TextRequest | Refusal {
  const messages = asArray(body['messages']);
  if (!messages || messages.length === 0) return invalid('messages', 'expected an array with at least one message');
  const texts = messages.map((message) => contentText(asObject(message)?.['content']));
  return parseCommon(body, [texts.join('\n')], texts.at(-1) ?? '');
}

/** Reads a legacy completion request; a {@link Refusal} where it is not one. */
export function parseCompletionRequest(body: JsonObject): TextRequest | Refusal {
  const inputs = textsOrTokens(body['prompt']);
  if (!inputs) return invalid('prompt', 'expected a string, an array of strings, or token ids');
  const prompts = inputs.map((input) => (typeof input === 'string' ? input : input.map(() => '#').join(' ')));
  return parseCommon(body, prompts, prompts.at(-1) ?? '');
}

/** Reads an embeddings request; a {@link Refusal} where it is not one. */
export function parseEmbeddingRequest(body: JsonObject): EmbeddingRequest | Refusal {
  const inputs = textsOrTokens(body['input']);
  if (!inputs) return invalid('input', 'expected a string, an array of strings, or token ids');
  const dimensions = wholeNumber(body['dimensions'], DEFAULT_DIMENSIONS, MAX_DIMENSIONS);
  if (dimensions === undefined) return invalid('dimensions', `expected a whole number from 1 to ${MAX_DIMENSIONS}`);
  const format = body['encoding_format'] ?? 'float';
  if (format !== 'float' && format !== 'base64') return invalid('encoding_format', "expected 'float' or 'base64'");
  return { inputs, dimensions, base64: format === 'base64' };
}

function parseCommon(body: JsonObject, prompts: string[], quote: string): TextRequest | Refusal {
  const choices = wholeNumber(body['n'], 1, MAX_CHOICES);
  if (choices === undefined) return invalid('n', `expected a whole number from 1 to ${MAX_CHOICES}`);
  const limit = body['max_completion_tokens'] ?? body['max_tokens'] ?? undefined;
  const maxTokens = limit === undefined ? undefined : wholeNumber(limit, 1, Number.MAX_SAFE_INTEGER);
  if (limit !== undefined && maxTokens === undefined) return invalid('max_tokens', 'expected a whole number above 0');
  return {
    prompts,
    quote,
    choices,
    maxTokens,
    stream: body['stream'] === true,
    includeUsage: asObject(body['stream_options'])?.['include_usage'] === true,
  };
}

/** The text of a message's content: a string, or the text parts of a list. Images and sounds count for nothing here. */
function contentText(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  const parts = asArray(content) ?? [];
  return parts.map((part) => asText(asObject(part)?.['text']) ?? '').join('');
}

function textsOrTokens(input: Json | undefined): (string | number[])[] | undefined {
  if (typeof input === 'string') return [input];
  if (!Array.isArray(input) || input.length === 0 || input.length > MAX_INPUTS) return undefined;
  if (input.every((item) => typeof item === 'string')) return input as string[];
  if (input.every((item) => typeof item === 'number')) return [input as number[]];
  const lists = input.every((item) => Array.isArray(item) && item.every((token) => typeof token === 'number'));
  return lists ? (input as number[][]) : undefined;
}

function wholeNumber(value: Json | undefined, otherwise: number, maximum: number): number | undefined {
  if (value === undefined || value === null) return otherwise;
  const number = asNumber(value);
  return number !== undefined && Number.isInteger(number) && number >= 1 && number <= maximum ? number : undefined;
}

function invalid(param: string, expectation: string): Refusal {
  return { status: 400, message: `Invalid '${param}': ${expectation}.`, param, code: 'invalid_value' };
}
