/** Bodies of the images API for case tables. */
import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';
import { FORM_HEADERS, form, type Part } from '../../support/form.js';

/** Paths of the API. */
export const GENERATIONS = '/v1/images/generations';
export const EDITS = '/v1/images/edits';
/** A request for images. */
export const REQUEST = { model: 'gpt-image-1', prompt: 'a cat', n: 2, size: '1024x1024' };
export const USAGE = {
  input_tokens: 10,
  output_tokens: 20,
  total_tokens: 30,
  input_tokens_details: { image_tokens: 0, text_tokens: 10 },
};
/** What is known of a call that went well. */
export const PLAIN: ExpectedCall = { requestModel: 'gpt-image-1', usage: { input: 10, output: 20, total: 30 } };
/** What stands where something is hidden. */
export const HIDDEN = '__REDACTED__';

/** An answer with these images. */
export function answer(data: unknown, changes: object = {}): string {
  return JSON.stringify({ created: 1_700_000_000, data, output_format: 'jpeg', size: '1x1', usage: USAGE, ...changes });
}

/** Two images, and an answer with them. */
export const PICTURES = [{ b64_json: 'aGVsbG8=', revised_prompt: 'a nice cat' }, { url: 'https://images.test/2.png' }];
export const ANSWER = answer(PICTURES);
/** The attribute of an image. */
export const url = (index: number) => `output.images.${index}.image.url`;

/** A call for images. */
export function generated(name: string, request: object, body: string, expected: ExpectedCall): ExchangeCase {
  return { name, request: { path: GENERATIONS, body: JSON.stringify(request) }, response: { body }, expected };
}

/** A call with a form. */
export function edited(name: string, parts: Part[], expected: ExpectedCall, path = EDITS): ExchangeCase {
  return { name, request: { path, headers: FORM_HEADERS, body: form(...parts) }, response: { body: ANSWER }, expected };
}

/** A file. */
export const PNG = { name: 'cat.png', type: 'image/png', bytes: Buffer.from('89504e470d0a1a0aff00fe', 'hex') };
