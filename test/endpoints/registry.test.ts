import { describe, expect, test } from 'vitest';
import { findEndpoint } from '../../src/endpoints/registry.js';

const operationOf = (method: string | undefined, path: string | undefined) =>
  findEndpoint(method, path)?.traits.operation;

describe('an endpoint is found by the end of the path', () => {
  test.each([
    ['/v1/chat/completions', 'chat'],
    ['/chat/completions', 'chat'],
    ['/v1/chat/completions/', 'chat'],
    ['/v1/chat/completions?api-version=1&x=/embeddings', 'chat'],
    ['/v1/chat/completions/?x', 'chat'],
    ['/v1/chat/completions#/embeddings', 'chat'],
    ['/openai/v1/chat/completions', 'chat'],
    ['/api/v1/chat/completions', 'chat'],
    ['/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21', 'chat'],
    ['/v1/completions', 'completion'],
    ['/completions', 'completion'],
    // not chat, yet it ends in /completions: the body decides
    ['/xchat/completions', 'completion'],
    ['/v1/embeddings', 'embeddings'],
    ['/openai/deployments/ada/embeddings?api-version=1', 'embeddings'],
    ['/v1/responses', 'responses'],
    ['/openai/v1/responses/?api-version=preview', 'responses'],
    ['/v1/responses/input_tokens', 'responses_input_tokens'],
    ['/v1/messages', 'messages'],
    ['/anthropic/v1/messages?beta=true', 'messages'],
    ['/my-threads/v1/messages', 'messages'],
    ['/v1/messages/count_tokens', 'count_tokens'],
    ['/anthropic/v1/messages/count_tokens?beta=true', 'count_tokens'],
  ])('%s → %s', (path, operation) => expect(operationOf('POST', path)).toBe(operation));

  test.each([
    '/v1/xcompletions',
    '/v1/chatcompletions',
    '/v1/Chat/Completions',
    '/v1/CHAT/COMPLETIONS',
    '/v1/chat/completions/id',
    '/v1/threads/thread_1/messages',
    '/openai/threads/thread_1/messages?x',
    '/v1/messages/batches',
    '/v1/messages/count_tokens/x',
    '/v1/chat/completions//',
    '/v1/completion',
    '/v1/my-embeddings',
    '/v1/responses/resp_1',
    '/v1/responses/resp_1/cancel',
    '/v1/responses/compact',
    '/v1/responses/resp_1/input_items',
    '/v1/embeddings.json',
    '/v1/models',
    '/?path=/v1/chat/completions',
    '/',
    '',
    'completions',
    `/${'x'.repeat(10_000)}/chat/completions`,
  ])('%.40s is none', (path) => expect(operationOf('POST', path)).toBeUndefined());

  test.each(['GET', 'PUT', 'post', 'OPTIONS', 'HEAD', '', undefined])('method %s is none', (method) => {
    expect(operationOf(method, '/v1/chat/completions')).toBeUndefined();
  });

  test('without a path there is none', () => expect(operationOf('POST', undefined)).toBeUndefined());
});

describe('what telemetry says of an endpoint', () => {
  test.each([
    ['/chat/completions', 'chat', 'chat', 'ChatCompletion', 'LLM', 'openai', false],
    ['/completions', 'completion', 'text_completion', 'Completion', 'LLM', 'openai', true],
    ['/embeddings', 'embeddings', 'embeddings', 'CreateEmbeddings', 'EMBEDDING', undefined, false],
    ['/responses', 'responses', 'chat', 'Responses', 'LLM', 'openai', true],
    [
      '/responses/input_tokens',
      'responses_input_tokens',
      'tokenize',
      'ResponsesInputTokens',
      'TOKEN_COUNTER',
      'openai',
      false,
    ],
    ['/images/generations', 'image_generation', 'image_generation', 'ImagesResponse', 'LLM', 'openai', false],
    ['/images/edits', 'image_generation', 'image_generation', 'ImagesResponse', 'LLM', 'openai', false],
    ['/images/variations', 'image_generation', 'image_generation', 'ImagesResponse', 'LLM', 'openai', false],
    ['/audio/speech', 'speech', 'speech', 'AudioSpeech', 'LLM', 'openai', false],
    ['/audio/transcriptions', 'transcription', 'transcription', 'Transcription', 'LLM', 'openai', false],
    ['/audio/translations', 'translation', 'translation', 'Translation', 'LLM', 'openai', false],
    ['/messages', 'messages', 'chat', 'Message', 'LLM', 'anthropic', true],
    ['/messages/count_tokens', 'count_tokens', 'tokenize', 'CountTokens', 'TOKEN_COUNTER', 'anthropic', false],
  ])('%s', (path, operation, genAiOperation, spanName, spanKind, system, shared) => {
    const endpoint = findEndpoint('POST', path);
    expect(endpoint?.traits).toEqual({
      operation,
      genAiOperation,
      spanName,
      spanKind,
      provider: system === 'anthropic' ? 'anthropic' : 'openai',
      ...(system ? { system } : {}),
      ...(operation === 'responses' || operation === 'messages' ? { repeatsRequest: true } : {}),
    });
    expect(endpoint?.shared).toBe(shared);
  });
});

describe('endpoints of other APIs', () => {
  test.each([
    ['/api/chat', 'chat', 'chat', 'ChatCompletion', 'LLM', 'ollama', true],
    ['/ollama/api/generate/?x', 'completion', 'text_completion', 'Completion', 'LLM', 'ollama', true],
    ['/api/embed', 'embeddings', 'embeddings', 'CreateEmbeddings', 'EMBEDDING', 'ollama', false],
    ['/api/embeddings', 'embeddings', 'embeddings', 'CreateEmbeddings', 'EMBEDDING', 'ollama', false],
    ['/v2/rerank', 'rerank', 'rerank', 'Rerank', 'RERANKER', 'cohere', true],
    ['/rerank', 'rerank', 'rerank', 'Rerank', 'RERANKER', 'cohere', true],
    ['/tokenize', 'tokenize', 'tokenize', 'Tokenize', 'TOKEN_COUNTER', 'openai', true],
  ])('%s', (path, operation, genAiOperation, spanName, spanKind, system, shared) => {
    const endpoint = findEndpoint('POST', path);
    const expected = { operation, genAiOperation, spanName, spanKind, system, provider: system };
    expect(endpoint?.traits).toMatchObject(expected);
    expect(endpoint?.shared).toBe(shared);
  });

  test.each(['/api/chats', '/xapi/chat', '/api/chat/x', '/api/embedding', '/detokenize', '/v1/reranker', '/api/tags'])(
    '%s is none',
    (path) => expect(operationOf('POST', path)).toBeUndefined(),
  );
});
