import { REDACTED } from '../../../src/model/content-policy.js';
import {
  call,
  type Expected,
  MESSAGE_FACTS,
  MESSAGES_REQUEST,
  message,
  messagesCase,
  ofMessage,
  part,
} from '../../support/anthropic-answers.js';
import type { ExchangeCase } from '../../support/exchange-case.js';

const HELLO = message([{ type: 'text', text: 'Hello' }]);

/** A request of these members, plainly answered. */
function asked(name: string, members: object, attributes: Expected): ExchangeCase {
  return messagesCase(name, HELLO, { ...MESSAGE_FACTS, attributes }, { request: { ...MESSAGES_REQUEST, ...members } });
}

/** One user message of these blocks. */
function blocks(name: string, content: unknown, attributes: Expected, role = 'user'): ExchangeCase {
  return asked(name, { messages: [{ role, content }] }, attributes);
}

const json = (value: unknown) => JSON.stringify(value);
const WEATHER = { name: 'weather', description: 'Wetter', input_schema: { type: 'object', properties: {} } };
const SEARCH = { type: 'web_search_20250305', name: 'web_search', max_uses: 2 };

/** What a request of the messages API says. */
export const MESSAGES_REQUEST_CASES: readonly ExchangeCase[] = [
  asked(
    'a system text comes first',
    { system: 'Sei höflich 🙂', temperature: 0.2, top_k: 5, stop_sequences: ['END'], metadata: { user_id: 'u' } },
    {
      ...ofMessage('input', 0, { role: 'system', content: 'Sei höflich 🙂' }),
      ...ofMessage('input', 1, { role: 'user', content: 'Hi' }),
      'llm.invocation_parameters': json({
        max_tokens: 64,
        temperature: 0.2,
        top_k: 5,
        stop_sequences: ['END'],
        metadata: { user_id: 'u' },
      }),
    },
  ),
  asked(
    'a system of blocks',
    {
      system: [
        { type: 'text', text: 'One', cache_control: { type: 'ephemeral' } },
        { type: 'text', text: '' },
      ],
    },
    {
      ...ofMessage('input', 0, {
        role: 'system',
        content: undefined,
        ...part(0, { type: 'text', text: 'One' }),
        ...part(1, { type: 'text', text: '' }),
      }),
      ...ofMessage('input', 1, { role: 'user', content: 'Hi' }),
    },
  ),
  asked(
    'an empty system is none',
    { system: '', tools: [] },
    { ...ofMessage('input', 0, { role: 'user', content: 'Hi' }), 'llm.tools.0.tool.json_schema': undefined },
  ),
  asked(
    'an empty list of system blocks is none',
    { system: [] },
    ofMessage('input', 0, { role: 'user', content: 'Hi' }),
  ),
  blocks(
    'images: inline, by address, and from the file store',
    [
      { type: 'text', text: 'Look' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
      { type: 'image', source: { type: 'url', url: 'https://images.test/a.png' } },
      { type: 'image', source: { type: 'file', file_id: 'file_1' } },
    ],
    ofMessage('input', 0, {
      role: 'user',
      ...part(0, { type: 'text', text: 'Look' }),
      ...part(1, { type: 'image', 'image.image.url': 'data:image/png;base64,iVBORw0KGgo=', text: undefined }),
      ...part(2, { type: 'image', 'image.image.url': 'https://images.test/a.png' }),
      ...part(3, { type: 'image', text: json({ type: 'image', source: { type: 'file', file_id: 'file_1' } }) }),
    }),
  ),
  blocks(
    'documents as they were sent, without the files in them',
    [
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
        title: 'Report',
        citations: { enabled: true },
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Plain' } },
      { type: 'document', source: { type: 'url', url: 'https://files.test/a.pdf' } },
    ],
    ofMessage('input', 0, {
      ...part(0, {
        type: 'document',
        text: json({
          type: 'document',
          source: { type: 'base64', media_type: 'application/pdf', data: REDACTED },
          title: 'Report',
          citations: { enabled: true },
        }),
      }),
      ...part(1, {
        type: 'document',
        text: json({ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Plain' } }),
      }),
      ...part(2, {
        type: 'document',
        text: json({ type: 'document', source: { type: 'url', url: 'https://files.test/a.pdf' } }),
      }),
    }),
  ),
  asked(
    'each tool result is a message of its own, before the rest of its message',
    {
      messages: [
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Let me look' },
            { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Köln' } },
            { type: 'tool_use', id: 'toolu_2', name: 'time', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'toolu_1', content: 'rain' },
            { type: 'text', text: 'And?' },
            {
              type: 'tool_result',
              tool_use_id: 'toolu_2',
              content: [{ type: 'text', text: '12:00' }],
              is_error: false,
            },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_3' }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_4', content: '' }] },
        { role: 'user', content: 'Last' },
      ],
    },
    {
      ...ofMessage('input', 0, { role: 'user', content: 'Weather?' }),
      ...ofMessage('input', 1, {
        role: 'assistant',
        ...part(0, { type: 'text', text: 'Let me look' }),
        ...call(1, 0, 'toolu_1', 'weather', { city: 'Köln' }),
        ...call(2, 1, 'toolu_2', 'time', {}),
      }),
      ...ofMessage('input', 2, { role: 'tool', tool_call_id: 'toolu_1', content: 'rain' }),
      ...ofMessage('input', 3, {
        role: 'tool',
        tool_call_id: 'toolu_2',
        content: json([{ type: 'text', text: '12:00' }]),
      }),
      ...ofMessage('input', 4, { role: 'user', ...part(0, { type: 'text', text: 'And?' }) }),
      ...ofMessage('input', 5, { role: 'tool', tool_call_id: 'toolu_3', content: undefined }),
      ...ofMessage('input', 6, { role: 'tool', tool_call_id: 'toolu_4', content: '' }),
      ...ofMessage('input', 7, { role: 'user', content: 'Last' }),
      ...ofMessage('input', 8, { role: undefined }),
    },
  ),
  blocks(
    'the image in a tool result is not copied',
    [
      {
        type: 'tool_result',
        tool_use_id: 'toolu_1',
        content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }],
      },
    ],
    ofMessage('input', 0, {
      role: 'tool',
      content: json([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: REDACTED } }]),
    }),
  ),
  blocks(
    'thinking, readable or not',
    [
      { type: 'thinking', thinking: 'Hmm', signature: 'sig' },
      { type: 'redacted_thinking', data: 'opaque' },
      { type: 'text', text: 'Yes' },
    ],
    ofMessage('input', 0, {
      ...part(0, { type: 'reasoning', text: 'Hmm', signature: 'sig' }),
      ...part(1, { type: 'reasoning', data: 'opaque', text: undefined }),
      ...part(2, { type: 'text', text: 'Yes' }),
    }),
    'assistant',
  ),
  blocks(
    'tools of the server and of MCP servers, and their results',
    [
      {
        type: 'server_tool_use',
        id: 'srvtoolu_1',
        name: 'web_search',
        input: { query: 'q' },
        caller: { type: 'direct' },
      },
      { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [{ type: 'web_search_result', url: 'u' }] },
      { type: 'mcp_tool_use', id: 'mcptoolu_1', name: 'echo', server_name: 'everything', input: { message: 'm' } },
      { type: 'mcp_tool_result', tool_use_id: 'mcptoolu_1', is_error: false, content: [{ type: 'text', text: 'm' }] },
      { type: 'code_execution_tool_result', tool_use_id: 'x', content: { type: 'code_execution_result', stdout: '1' } },
      { type: 'container_upload', file_id: 'file_1' },
    ],
    ofMessage('input', 0, {
      ...call(0, 0, 'srvtoolu_1', 'web_search', { query: 'q' }),
      ...part(1, {
        type: 'web_search_tool_result',
        text: json({
          type: 'web_search_tool_result',
          tool_use_id: 'srvtoolu_1',
          content: [{ type: 'web_search_result', url: 'u' }],
        }),
      }),
      ...call(2, 1, 'mcptoolu_1', 'echo', { message: 'm' }),
      ...part(3, { type: 'mcp_tool_result' }),
      ...part(4, { type: 'code_execution_tool_result' }),
      ...part(5, { type: 'container_upload', text: json({ type: 'container_upload', file_id: 'file_1' }) }),
    }),
    'assistant',
  ),
  blocks(
    'a summary of what was before, and one that failed',
    [
      { type: 'compaction', content: 'So far', signature: 'sig', encrypted_content: 'opaque' },
      { type: 'compaction', content: null },
      { type: 'fallback', from: { model: 'a' }, to: { model: 'b' }, trigger: { type: 'refusal', category: 'cyber' } },
    ],
    ofMessage('input', 0, {
      ...part(0, { type: 'text', text: 'So far', signature: 'sig', encrypted_content: 'opaque' }),
      ...part(1, { type: 'text', text: undefined }),
      ...part(2, { type: 'fallback', text: 'a -> b (refusal: cyber)' }),
    }),
    'assistant',
  ),
  blocks(
    'blocks that are not what they say, or that nobody knows',
    [
      'text',
      null,
      7,
      [],
      { text: 'untyped' },
      { type: 'text' },
      { type: 'tool_use', name: 'x' },
      { type: 'new', a: null },
    ],
    ofMessage('input', 0, {
      ...part(0, { type: 'unknown', text: '"text"' }),
      ...part(1, { type: 'unknown', text: 'null' }),
      ...part(2, { type: 'unknown', text: '7' }),
      ...part(3, { type: 'unknown', text: '[]' }),
      ...part(4, { type: 'unknown', text: '{"text":"untyped"}' }),
      ...part(5, { type: 'text', text: '{"type":"text"}' }),
      ...part(6, { type: 'tool_use', text: '{"type":"tool_use","name":"x"}' }),
      ...part(7, { type: 'new', text: '{"type":"new","a":null}' }),
      'tool_calls.0.tool_call.id': undefined,
    }),
  ),
  asked(
    'messages of no shape at all',
    {
      messages: [null, 7, 'x', [], {}, { role: 'user', content: [] }, { role: 5, content: { a: 1 } }, { content: 'y' }],
    },
    { ...ofMessage('input', 5, { role: 'user' }), ...ofMessage('input', 7, { content: 'y', role: undefined }) },
  ),
  asked(
    'messages that are a text',
    { messages: 'x', system: 7, tools: 'y' },
    ofMessage('input', 0, { role: undefined }),
  ),
  asked(
    'tools as they were sent',
    { tools: [WEATHER, SEARCH], tool_choice: { type: 'auto' }, thinking: { type: 'enabled', budget_tokens: 1024 } },
    {
      'llm.tools.0.tool.json_schema': json(WEATHER),
      'llm.tools.1.tool.json_schema': json(SEARCH),
      'llm.tools.2.tool.json_schema': undefined,
      'llm.invocation_parameters': json({
        max_tokens: 64,
        tool_choice: { type: 'auto' },
        thinking: { type: 'enabled', budget_tokens: 1024 },
      }),
    },
  ),
  asked(
    'tools that the conversation adds and takes away',
    {
      tools: [WEATHER, SEARCH, { type: 'mcp_toolset', mcp_server_name: 'everything' }, 'odd'],
      messages: [
        {
          role: 'system',
          content: [
            { type: 'tool_removal', tool: { type: 'tool_reference', name: 'weather' } },
            { type: 'tool_removal', tool: { type: 'mcp_toolset_reference', server_name: 'everything' } },
            { type: 'tool_addition', tool: { type: 'tool_definition', definition: { name: 'late' } } },
            { type: 'tool_addition', tool: { type: 'tool_reference', name: 'never heard of' } },
            { type: 'tool_addition' },
          ],
        },
        {
          role: 'assistant',
          content: [
            {
              type: 'compaction',
              content: 'c',
              tool_changes: [{ type: 'tool_addition', tool: { type: 'tool_reference', name: 'weather' } }, null],
            },
          ],
        },
      ],
    },
    {
      'llm.tools.0.tool.json_schema': json(SEARCH),
      'llm.tools.1.tool.json_schema': '"odd"',
      'llm.tools.2.tool.json_schema': json({ name: 'late' }),
      'llm.tools.3.tool.json_schema': json(WEATHER),
      'llm.tools.4.tool.json_schema': undefined,
      ...ofMessage('input', 0, part(0, { type: 'tool_removal' })),
    },
  ),
];
