/** Bodies of rerank and tokenize in which every text is a secret that says what it is. */
import { chatRequest, type SecretExchange, secret } from './privacy-fields.js';

function documents(text: string): unknown[] {
  const hidden = secret('document', text);
  const image = secret('documentImage', text);
  return [
    hidden,
    { id: 'd', text: hidden, title: hidden, meta: { tags: [hidden] } },
    { body: hidden },
    {
      content: [
        { type: 'text', text: hidden },
        { type: 'image_url', image_url: { url: image, detail: 'low' } },
      ],
    },
    { image },
    { image: `https://images.test/${image}` },
    { image: `data:image/png;base64,${image}` },
    { image: [image] },
    `data:image/png;base64,${image}`,
    [hidden],
  ];
}

function results(text: string): unknown[] {
  const hidden = secret('ranked', text);
  return [
    { index: 0, relevance_score: 1, document: { text: hidden, title: hidden }, note: hidden },
    { index: 1, relevance_score: 0.5, document: hidden, text: hidden },
    { index: 2, score: 0.1, document: { content: [{ type: 'text', text: hidden }] } },
    hidden,
  ];
}

/** Exchanges of rerank and tokenize. */
export function secretRankings(text: string): Record<string, SecretExchange> {
  const parameter = secret('parameter', text);
  const token = secret('token', text);
  return {
    rerank: {
      path: '/v2/rerank',
      streamed: false,
      request: JSON.stringify({
        model: 'rerank-v3.5',
        query: secret('document', text),
        documents: documents(text),
        rank_fields: [parameter],
        top_n: 3,
      }),
      response: JSON.stringify({ id: '1', results: results(text), meta: {}, note: secret('ranked', text) }),
    },
    'rerank, no lists': {
      path: '/v1/rerank',
      streamed: false,
      request: JSON.stringify({
        model: 'm',
        query: { text: secret('document', text) },
        documents: secret('document', text),
      }),
      response: JSON.stringify({ data: [], results: secret('ranked', text) }),
    },
    'tokenize a prompt': {
      path: '/tokenize',
      streamed: false,
      request: JSON.stringify({ model: 'm', prompt: secret('prompt', text), chat_template: parameter }),
      response: JSON.stringify({ count: 3, max_model_len: 9, tokens: [token], token_strs: [token], note: token }),
    },
    'tokenize a chat': {
      path: '/tokenize',
      streamed: false,
      request: JSON.stringify({ ...chatRequest(text), functions: undefined, prediction: undefined }),
      response: JSON.stringify({ count: 3, tokens: [1], token_strs: [token] }),
    },
  };
}
