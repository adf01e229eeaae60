import type { OracleCase } from '../oracle-case.js';

const MODEL = 'text-embedding-3-small';
const USAGE = { prompt_tokens: 4, total_tokens: 4 };
const VECTORS = [
  [0.25, -0.5, 1],
  [0.125, 2, -3],
];

const encoded = (vector: number[]) => Buffer.from(new Float32Array(vector).buffer).toString('base64');

function answer(embeddings: (number[] | string)[], changes: object = {}): object {
  return {
    object: 'list',
    model: `${MODEL}-2`,
    data: embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    usage: USAGE,
    ...changes,
  };
}

function asked(name: string, parameters: object, body: object): OracleCase {
  return {
    name,
    family: 'embeddings',
    client: 'openai',
    method: 'embeddings.create',
    parameters: { model: MODEL, ...parameters },
    answer: { body },
  };
}

export const EMBEDDINGS_CASES: readonly OracleCase[] = [
  asked('one text, encoded as the client asks', { input: 'Hi' }, answer([encoded(VECTORS[0]!)])),
  asked('several texts', { input: ['Hi', 'Größe'] }, answer(VECTORS.map(encoded))),
  asked('plain numbers', { input: 'Hi', encoding_format: 'float' }, answer([VECTORS[1]!])),
  asked('base64 by wish', { input: ['Hi'], encoding_format: 'base64' }, answer([encoded(VECTORS[1]!)])),
  asked('dimensions and user', { input: 'Hi', dimensions: 3, user: 'u' }, answer([encoded(VECTORS[0]!)])),
  asked('tokens', { input: [1, 2, 3] }, answer([encoded(VECTORS[0]!)])),
  asked('several lists of tokens', { input: [[1, 2], [3]] }, answer(VECTORS.map(encoded))),
  asked('no usage', { input: 'Hi' }, answer([encoded(VECTORS[0]!)], { usage: undefined })),
];
