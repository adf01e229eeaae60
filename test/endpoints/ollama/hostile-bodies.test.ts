import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../../src/endpoints/endpoint.js';
import { ollamaChat } from '../../../src/endpoints/ollama/chat.js';
import { ollamaEmbed } from '../../../src/endpoints/ollama/embed.js';
import { ollamaGenerate } from '../../../src/endpoints/ollama/generate.js';
import type { JsonObject } from '../../../src/model/json.js';
import { checkHostileBodies } from '../../support/hostile-bodies.js';

const ENDPOINTS: [string, Endpoint][] = [
  ['chat', ollamaChat],
  ['generate', ollamaGenerate],
  ['embed', ollamaEmbed],
];
const NAMES = [
  ...[
    'model',
    'stream',
    'messages',
    'message',
    'role',
    'content',
    'thinking',
    'images',
    'image',
    'tool_calls',
    'tools',
  ],
  ...[
    'function',
    'arguments',
    'name',
    'id',
    'index',
    'tool_name',
    'options',
    'stop',
    'num_predict',
    'format',
    'prompt',
  ],
  ...['system', 'suffix', 'template', 'context', 'response', 'done', 'done_reason', 'prompt_eval_count', 'eval_count'],
  ...['error', 'type', 'logprobs', '_debug_info', 'input', 'embeddings', 'embedding', 'data', 'usage', 'dimensions'],
];

describe.each(ENDPOINTS)('%s', (_name, endpoint) => {
  checkHostileBodies(endpoint, { names: NAMES, values: ['stop', 'user', 'json', 'iVBORw0KGgo', 'text', 'image_url'] });
});

describe('bounds of a fold', () => {
  const folded = (...events: JsonObject[]) => {
    const fold = ollamaChat.createFold();
    for (const event of events) fold.push(event, 0);
    return fold.result();
  };
  const many = (prefix: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, index]));

  test('members', () => {
    const answer = folded(many('a', 500), { ...many('b', 500), message: many('c', 500) }, { message: many('d', 500) });
    expect(Object.keys(answer)).toHaveLength(64);
    expect(Object.keys(folded({ message: many('c', 500) })['message'] as JsonObject)).toHaveLength(64);
  });

  test('tool calls and images that are told', () => {
    const list = Array.from({ length: 5000 }, () => ({ function: { name: 'f', arguments: {} } }));
    const images = Array.from({ length: 5000 }, () => 'iVBORw0KGgo');
    const message = ollamaChat.describeRequest({ messages: [{ tool_calls: list, images }] }).messages?.[0];
    expect(message?.toolCalls).toHaveLength(256);
    expect(message?.parts).toHaveLength(256);
  });

  test('a long answer in small pieces is joined', () => {
    const pieces = Array.from({ length: 50_000 }, () => ({ message: { content: 'ab ' }, logprobs: [{ token: 'ab' }] }));
    const answer = folded(...pieces, ...pieces);
    expect((answer['message'] as { content: string }).content).toHaveLength(300_000);
    expect(answer['logprobs']).toHaveLength(65_536);
  });
});
