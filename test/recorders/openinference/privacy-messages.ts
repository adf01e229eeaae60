/** Bodies of the messages API in which every text is a secret that says what it is. */
import { messageEvents, messageStart } from '../../support/anthropic-answers.js';
import { type SecretExchange, secret } from './privacy-fields.js';

const MODEL = 'claude-sonnet-4-5';
const USAGE = { input_tokens: 1, output_tokens: 2 };

function inline(data: string): object {
  return { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
}

/** A block for each that may hold text, a tool's definition, a call or an image. */
function blocks(text: string): unknown[] {
  const hidden = secret('inputText', text);
  const image = secret('inputImage', text);
  const call = { id: 'toolu_1', name: 'f', input: { a: secret('inputToolCall', text) }, caller: { type: 'c' } };
  const tool = secret('tool', text);
  return [
    hidden,
    { type: 'text', text: hidden, citations: [{ type: 'char_location', cited_text: hidden, document_title: hidden }] },
    inline(image),
    inline(`${secret('longImage', text)}${'A'.repeat(400)}`),
    { type: 'image', source: { type: 'url', url: `https://images.test/${image}` } },
    { type: 'image', source: { type: 'file', file_id: image } },
    { type: 'image_url', image_url: { url: image } },
    { type: 'document', title: hidden, source: { type: 'base64', media_type: 'application/pdf', data: hidden } },
    { type: 'document', context: hidden, source: { type: 'text', media_type: 'text/plain', data: hidden } },
    { type: 'document', source: { type: 'content', content: [{ type: 'text', text: hidden }, inline(image)] } },
    { type: 'search_result', source: hidden, title: hidden, content: [{ type: 'text', text: hidden }] },
    { type: 'thinking', thinking: hidden, signature: 's' },
    { type: 'redacted_thinking', data: hidden },
    { type: 'tool_use', ...call },
    { type: 'server_tool_use', ...call },
    { type: 'mcp_tool_use', ...call, server_name: 'm' },
    { type: 'tool_result', tool_use_id: 't', content: hidden },
    { type: 'tool_result', tool_use_id: 't', content: [hidden, { type: 'text', text: hidden }, inline(image)] },
    { type: 'web_search_tool_result', tool_use_id: 't', content: [{ title: hidden, encrypted_content: hidden }] },
    { type: 'mcp_tool_result', tool_use_id: 't', content: [{ type: 'text', text: hidden }] },
    { type: 'compaction', content: hidden, encrypted_content: hidden, tool_changes: [{ tool }] },
    { type: 'fallback', from: { model: hidden }, to: { model: hidden } },
    { type: 'tool_addition', tool: { type: 'tool_definition', definition: { name: 'g', description: tool } } },
    { type: 'mcp_tool_listing', tools: [{ description: tool }] },
    { type: 'unheard_of', deep: [{ text: hidden }] },
  ];
}

function request(text: string, more: object = {}): string {
  return JSON.stringify({
    model: MODEL,
    max_tokens: 5,
    metadata: { user_id: secret('parameter', text) },
    stop_sequences: [secret('parameter', text)],
    mcp_servers: [{ name: 'm', authorization_token: secret('parameter', text) }],
    system: [{ type: 'text', text: secret('inputText', text) }],
    messages: [
      { role: 'user', content: secret('inputText', text), note: secret('inputText', text) },
      { role: 'user', content: blocks(text) },
      secret('inputText', text),
    ],
    tools: [{ name: 'f', description: secret('tool', text) }],
    ...more,
  });
}

/** The same on the answer's side. */
function content(text: string): object[] {
  const hidden = secret('outputText', text);
  const call = { id: 'toolu_2', name: 'f', input: { a: secret('outputToolCall', text) } };
  return [
    { type: 'text', text: hidden, citations: [{ type: 'char_location', cited_text: hidden, document_title: hidden }] },
    { type: 'text', text: '', citations: [{ type: 'char_location', cited_text: secret('inputText', text) }] },
    { type: 'thinking', thinking: hidden, signature: 's' },
    { type: 'redacted_thinking', data: hidden },
    { type: 'tool_use', ...call, caller: { type: 'c' } },
    { type: 'server_tool_use', ...call },
    { type: 'mcp_tool_use', ...call, server_name: 'm' },
    { type: 'web_search_tool_result', tool_use_id: 't', content: [{ title: hidden }] },
    { type: 'code_execution_tool_result', tool_use_id: 't', content: { stdout: hidden } },
    { type: 'compaction', content: hidden, encrypted_content: hidden },
    { type: 'mcp_tool_listing', tools: [{ description: secret('tool', text) }] },
    { type: 'unheard_of', deep: [{ text: hidden }] },
  ];
}

function end(text: string): object {
  const hidden = secret('outputText', text);
  return { stop_reason: 'refusal', stop_sequence: hidden, stop_details: { type: 'refusal', explanation: hidden } };
}

/** Everything that may come as deltas, as deltas. */
function deltas(text: string): object[] {
  const hidden = secret('outputText', text);
  return [
    { type: 'text_delta', text: hidden },
    { type: 'citations_delta', citation: { cited_text: hidden } },
    { type: 'thinking_delta', thinking: hidden },
    { type: 'input_json_delta', partial_json: JSON.stringify({ a: secret('outputToolCall', text) }) },
    { type: 'compaction_delta', content: hidden, encrypted_content: hidden },
  ];
}

/** Exchanges of the messages API, by name. */
export function secretMessages(text: string): Record<string, SecretExchange> {
  const path = '/v1/messages';
  const answer = {
    id: '1',
    type: 'message',
    role: 'assistant',
    model: MODEL,
    usage: USAGE,
    vendor: secret('outputText', text),
  };
  return {
    messages: {
      path,
      streamed: false,
      request: request(text),
      response: JSON.stringify({ ...answer, content: content(text), ...end(text) }),
    },
    'messages, streamed': {
      path,
      streamed: true,
      request: request(text, { stream: true, system: secret('inputText', text) }),
      response: messageEvents(
        messageStart(USAGE),
        ...content(text).map((block, index) => ({ type: 'content_block_start', index, content_block: block })),
        ...deltas(text).map((delta, index) => ({ type: 'content_block_delta', index: 100 + index, delta })),
        { type: 'message_delta', delta: end(text), usage: USAGE, vendor: secret('outputText', text) },
        { type: 'message_stop' },
      ),
    },
    'messages of no shape': {
      path,
      streamed: false,
      request: JSON.stringify({
        model: MODEL,
        system: { a: secret('inputText', text) },
        messages: secret('inputText', text),
      }),
      response: JSON.stringify({ ...answer, content: [secret('outputText', text)] }),
    },
    'messages, answered by a text': {
      path,
      streamed: false,
      request: JSON.stringify({ model: MODEL, messages: { content: secret('inputText', text) } }),
      response: JSON.stringify({ content: secret('outputText', text), error: { message: secret('outputText', text) } }),
    },
    count_tokens: {
      path: '/v1/messages/count_tokens',
      streamed: false,
      request: request(text),
      response: JSON.stringify({ input_tokens: 5, vendor: secret('outputText', text) }),
    },
  };
}
