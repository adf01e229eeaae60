/** Bodies of Ollama's API in which every text is a secret that says what it is. */
import { chatAnswer, chatLine, generateAnswer, generateLine, lines } from '../../support/ollama-answers.js';
import { type SecretExchange, secret } from './privacy-fields.js';

function request(text: string, more: object): string {
  const parameter = secret('parameter', text);
  const options = { temperature: 0.5, stop: [parameter], note: { deep: [parameter] } };
  return JSON.stringify({ model: 'llama3.2', options, format: { title: parameter }, ...more });
}

/** Every kind of image there may be in a list of them. */
function images(text: string): unknown[] {
  const image = secret('inputImage', text);
  return [image, `https://images.test/${image}`, `${secret('longImage', text)}${'A'.repeat(400)}`];
}

function chatRequest(text: string, more: object): string {
  const hidden = secret('inputText', text);
  return request(text, {
    messages: [
      { role: 'system', content: hidden },
      { role: 'user', content: hidden, images: images(text), note: hidden },
      {
        role: 'assistant',
        content: hidden,
        thinking: hidden,
        tool_calls: [{ id: 'c', function: { name: 'f', arguments: { a: secret('inputToolCall', text) } } }],
      },
      { role: 'tool', tool_name: 'f', content: hidden },
      { role: 'user', content: [{ type: 'text', text: hidden }, { unheard_of: hidden }, hidden] },
      hidden,
    ],
    tools: [{ type: 'function', function: { name: 'f', description: secret('tool', text) } }],
    ...more,
  });
}

function message(text: string): object {
  const hidden = secret('outputText', text);
  return {
    content: hidden,
    thinking: hidden,
    note: hidden,
    tool_calls: [{ function: { name: 'f', arguments: { a: secret('outputToolCall', text) } } }],
  };
}

function beside(text: string): object {
  const hidden = secret('outputText', text);
  const debug = { rendered_template: secret('rendered', text) };
  return { logprobs: [{ token: hidden, top_logprobs: [{ token: hidden }] }], note: hidden, _debug_info: debug };
}

function generateRequest(text: string, more: object): string {
  const around = secret('aroundPrompt', text);
  return request(text, {
    prompt: secret('prompt', text),
    suffix: secret('prompt', text),
    system: around,
    template: around,
    context: [around],
    images: images(text),
    ...more,
  });
}

function generated(text: string): object {
  const tool_calls = [{ function: { name: 'f', arguments: { a: secret('outputToolCall', text) } } }];
  return { response: secret('choice', text), thinking: secret('aroundChoice', text), tool_calls };
}

function besideGenerated(text: string): object {
  const around = secret('aroundChoice', text);
  return { logprobs: [{ token: around }], note: around, context: [around] };
}

/** Exchanges of every endpoint of Ollama's, streamed and not. */
export function secretOllama(text: string): Record<string, SecretExchange> {
  const embedding = secret('embeddingText', text);
  const vector = secret('vector', text);
  return {
    'Ollama chat': {
      path: '/api/chat',
      streamed: false,
      request: chatRequest(text, { stream: false }),
      response: JSON.stringify({ ...chatAnswer(message(text)), ...beside(text) }),
    },
    'Ollama chat, streamed': {
      path: '/api/chat',
      streamed: true,
      lines: true,
      request: chatRequest(text, {}),
      response: lines({ ...chatLine(message(text)), ...beside(text) }, chatAnswer({})),
    },
    'Ollama chat, no messages': {
      path: '/api/chat',
      streamed: false,
      request: JSON.stringify({ model: 'm', stream: false, messages: secret('inputText', text) }),
      response: JSON.stringify({ message: secret('outputText', text), done: true }),
    },
    'Ollama generate': {
      path: '/api/generate',
      streamed: false,
      request: generateRequest(text, { stream: false }),
      response: JSON.stringify({ ...generateAnswer(generated(text)), ...besideGenerated(text) }),
    },
    'Ollama generate, streamed': {
      path: '/api/generate',
      streamed: true,
      lines: true,
      request: generateRequest(text, {}),
      response: lines(
        { ...generateLine(generated(text)), ...besideGenerated(text) },
        generateAnswer({}, { context: null }),
      ),
    },
    'Ollama embed': {
      path: '/api/embed',
      streamed: false,
      request: request(text, { input: [embedding, embedding] }),
      response: JSON.stringify({ model: 'm', embeddings: [[vector], vector], prompt_eval_count: 1 }),
    },
    'Ollama embeddings': {
      path: '/api/embeddings',
      streamed: false,
      request: request(text, { prompt: embedding, input: embedding }),
      response: JSON.stringify({ embedding: vector, data: [{ embedding: vector }] }),
    },
  };
}
