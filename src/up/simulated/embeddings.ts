import type { EmbeddingRequest } from './requests.js';
import { countTokens } from './tokens.js';

/** The answer's body: one vector per input, made from the input's characters, the same for the same input. */
export function answerEmbeddings(request: EmbeddingRequest, model: string): object {
  const tokens = request.inputs.reduce(
    (sum, input) => sum + (typeof input === 'string' ? countTokens(input) : input.length),
    0,
  );
  const data = request.inputs.map((input, index) => {
    const vector = vectorOf(typeof input === 'string' ? input : input.join(' '), request.dimensions);
    return { object: 'embedding', index, embedding: request.base64 ? toBase64(vector) : Array.from(vector) };
  });
  return { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

/** A vector of length 1: every character moves one dimension, so that alike texts have alike vectors. */
function vectorOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions).fill(1e-3);
  let previous = 7;
  for (let position = 0; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    const slot = (previous * 31 + code) % dimensions;
    vector[slot] = (vector[slot] ?? 0) + (code % 2 === 0 ? 1 : -1);
    previous = code;
  }
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
}

function toBase64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}
