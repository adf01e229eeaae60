import { describe, expect, test } from 'vitest';
import { countTokens } from '../../../src/endpoints/anthropic/count-tokens.js';
import { messages } from '../../../src/endpoints/anthropic/messages.js';
import type { Endpoint } from '../../../src/endpoints/endpoint.js';
import type { JsonObject } from '../../../src/model/json.js';
import { blockDelta, blockStart, messageStart, textEvents } from '../../support/anthropic-answers.js';
import { checkHostileBodies, policyOf, useAll } from '../../support/hostile-bodies.js';

const ENDPOINTS: [string, Endpoint][] = [
  ['messages', messages],
  ['count_tokens', countTokens],
];

const NAMES = [
  ...['type', 'messages', 'system', 'tools', 'content', 'role', 'text', 'source', 'data', 'media_type', 'url', 'id'],
  ...['name', 'input', 'tool_use_id', 'thinking', 'citations', 'caller', 'toolset_name', 'tool', 'definition', 'from'],
  ...['to', 'trigger', 'message', 'delta', 'index', 'content_block', 'usage', 'input_tokens', 'output_tokens', 'error'],
  ...['partial_json', 'stop_details', 'container', 'diagnostics', 'output_tokens_details', 'tool_changes'],
];
const VALUES = [
  ...['text', 'image', 'tool_use', 'tool_result', 'thinking', 'document', 'base64', 'url', 'compaction', 'fallback'],
  ...['tool_addition', 'tool_removal', 'tool_definition', 'tool_reference', 'mcp_toolset', 'mcp_tool_listing'],
  ...['message_start', 'content_block_start', 'content_block_delta', 'message_delta', 'text_delta', 'input_json_delta'],
  ...['citations_delta', 'compaction_delta', 'error', '{"a":'],
];

function folded(...events: JsonObject[]): JsonObject {
  const fold = messages.createFold();
  for (const event of events) fold.push(event, 0);
  return fold.result();
}

/** A block within a block, `depth` times. */
function nested(depth: number): JsonObject {
  let block: JsonObject = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'DEEP' } };
  for (let level = 0; level < depth; level += 1) block = { type: 'tool_result', content: [block] };
  return block;
}

describe.each(ENDPOINTS)('%s', (_name, endpoint) => {
  checkHostileBodies(endpoint, { names: NAMES, values: VALUES });
});

describe('bounds', () => {
  test('of depth: what is nested deeper than anybody means is hidden, and costs no stack', () => {
    const body = { messages: [{ role: 'user', content: [nested(20_000)] }] };
    useAll(messages, body, policyOf(['hideInputImages']));
    const { messages: described } = messages.describeRequest(body);
    expect(described?.[0]?.content).toContain('__REDACTED__');
    expect(described?.[0]?.content).not.toContain('DEEP');
    expect(JSON.stringify(messages.redactRequest(body, policyOf(['hideInputImages'])))).not.toContain('DEEP');
  });

  test('of content blocks, wherever they begin', () => {
    const starts = Array.from({ length: 5000 }, (_, index) => blockStart(index * 7, { type: 'text', text: 'x' }));
    const content = folded(...([messageStart(), ...starts] as unknown as JsonObject[]))['content'];
    expect(content).toHaveLength(1024);
  });

  test('of members', () => {
    const many = (prefix: string) =>
      Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`${prefix}${index}`, index]));
    const {
      content: _content,
      usage,
      ...members
    } = folded(
      { type: 'message_start', message: { id: 'msg_1' } },
      { type: 'message_delta', delta: many('d'), usage: many('u'), ...many('m') },
    );
    expect(Object.keys(usage as JsonObject)).toHaveLength(64);
    expect(Object.keys(members).length).toBeLessThanOrEqual(64);
  });

  test('of tools that a conversation adds', () => {
    const content = Array.from({ length: 5000 }, (_, index) => ({
      type: 'tool_addition',
      tool: { type: 'tool_definition', definition: { name: `t${index}` } },
    }));
    expect(messages.describeRequest({ messages: [{ role: 'user', content }] }).tools).toHaveLength(1024);
  });

  test('a long answer in small pieces is joined', () => {
    const pieces = Array.from({ length: 50_000 }, () => blockDelta(0, { type: 'text_delta', text: 'ab ' }));
    const { content } = folded(...([...textEvents(0, ''), ...pieces] as unknown as JsonObject[]));
    expect((content as [{ text: string }])[0].text).toHaveLength(150_000);
  });
});
