/** What Ollama 0.17.4 sent for a small model, as it was on the wire: `npm run test:live -- --only ollama` can record it anew. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkTables } from '../../support/check-tables.js';
import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';

const FOLDER = fileURLToPath(new URL('./real/', import.meta.url));
const MODEL = 'smollm2:135m';
const ANSWERED: ExpectedCall = {
  requestModel: MODEL,
  reportedModel: MODEL,
  provider: 'ollama',
  finishReasons: ['length'],
};
const CHATTED: ExpectedCall = {
  ...ANSWERED,
  usage: { input: 13, output: 12 },
  attributes: {
    'llm.input_messages.0.message.content': 'Name a colour.',
    'llm.output_messages.0.message.role': 'assistant',
    'llm.output_messages.0.message.content': 'The most popular color among the 100,0',
    'llm.finish_reason': 'length',
    'llm.token_count.total': 25,
  },
};
const GENERATED: ExpectedCall = {
  ...ANSWERED,
  usage: { input: 12, output: 12 },
  attributes: {
    'llm.prompts.0.prompt.text': 'The sky is',
    'llm.choices.0.completion.text': "I'm glad you're enjoying the story of a beautiful and",
  },
};
const STREAM: ExpectedCall = { streaming: true, content: true };

const EXPECTED: Record<string, ExpectedCall> = {
  chat: CHATTED,
  'chat-stream': { ...CHATTED, ...STREAM },
  generate: GENERATED,
  'generate-stream': { ...GENERATED, ...STREAM },
  embed: {
    requestModel: MODEL,
    reportedModel: MODEL,
    provider: 'ollama',
    usage: { input: 3 },
    attributes: {
      'embedding.model_name': MODEL,
      'embedding.embeddings.0.embedding.text': 'one',
      'embedding.embeddings.1.embedding.text': 'two words',
      'embedding.embeddings.1.embedding.vector': [
        -0.3510632, -0.3946182, 0.20809802, 0.15853195, 0.5782972, 0.030483238, -0.562826, 0.021541048,
      ],
    },
  },
  'unknown-model': {
    requestModel: 'nope',
    provider: 'ollama',
    streaming: true,
    failure: { type: '404', exception: { status: 404, body: '{"error":"model \'nope\' not found"}' } },
  },
};

const CASES = Object.entries(EXPECTED).map(([name, expected]): ExchangeCase => {
  const call = JSON.parse(readFileSync(`${FOLDER}${name}.json`, 'utf8')) as Pick<ExchangeCase, 'request' | 'response'>;
  return { name, ...call, expected };
});

checkTables([['as Ollama sent it', CASES]]);

test('every recording is read', () => {
  const recordings = readdirSync(FOLDER).map((name) => name.replace(/\.json$/, ''));
  expect(recordings.sort()).toEqual(Object.keys(EXPECTED).sort());
});
