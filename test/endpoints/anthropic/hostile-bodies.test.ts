import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countTokens } from '../../../src/endpoints/anthropic/count-tokens.js';
import { messages } from '../../../src/endpoints/anthropic/messages.js';
import type { Endpoint } from '../../../src/endpoints/endpoint.js';
import type { ContentPolicy } from '../../../src/model/content-policy.js';
import type { JsonObject } from '../../../src/model/json.js';
import { blockDelta, blockStart, messageStart, textEvents } from '../../support/anthropic-answers.js';

const SWITCHES = [
  ...(['hideInvocationParameters', 'hideInputs', 'hideOutputs', 'hideInputMessages', 'hideOutputMessages'] as const),
  ...(['hideInputImages', 'hideInputText', 'hideOutputText', 'hideTools'] as const),
];
const ENDPOINTS: [string, Endpoint][] = [
  ['messages', messages],
  ['count_tokens', countTokens],
];

const NAMES = [
  ...['type', 'messages', 'system', 'tools', 'content', 'role', 'text', 'source', 'data', 'media_type', 'url', 'id'],
  ...['name', 'input', 'tool_use_id', 'thinking', 'citations', 'caller', 'toolset_name', 'tool', 'definition', 'from'],
  ...['to', 'trigger', 'message', 'delta', 'index', 'content_block', 'usage', 'input_tokens', 'output_tokens', 'error'],
  ...['partial_json', 'stop_details', 'container', 'diagnostics', 'output_tokens_details', 'tool_changes', '__proto__'],
];
const VALUES = [
  ...['text', 'image', 'tool_use', 'tool_result', 'thinking', 'document', 'base64', 'url', 'compaction', 'fallback'],
  ...['tool_addition', 'tool_removal', 'tool_definition', 'tool_reference', 'mcp_toolset', 'mcp_tool_listing'],
  ...['message_start', 'content_block_start', 'content_block_delta', 'message_delta', 'text_delta', 'input_json_delta'],
  ...['citations_delta', 'compaction_delta', 'error', '', '{"a":', null, 0, 1, -1, 1e9, 0.5, true],
];

/** Any object of members and values that the API knows, as often as not where it does not have them. */
function anyBody(): fc.Arbitrary<JsonObject> {
  return fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(...VALUES),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc
      .array(fc.tuple(fc.constantFrom(...NAMES), tie('value')), { maxLength: 6 })
      .map((members) => Object.fromEntries(members) as JsonObject),
  })).object;
}

function policyOf(...names: (keyof ContentPolicy)[]): ContentPolicy {
  const all = [...SWITCHES, 'hideEmbeddingsText', 'hideEmbeddingsVectors', 'hidePrompts', 'hideChoices'] as const;
  const switches = Object.fromEntries(all.map((name) => [name, names.includes(name)]));
  return { ...switches, base64ImageMaxLength: 32_000 } as unknown as ContentPolicy;
}

function anyPolicy(): fc.Arbitrary<ContentPolicy> {
  return fc.subarray([...SWITCHES]).map((names) => policyOf(...names));
}

function useAll(endpoint: Endpoint, body: JsonObject, policy: ContentPolicy): void {
  endpoint.readRequest(body);
  endpoint.readResponse(body);
  endpoint.isResponse(body);
  endpoint.readEvent(body);
  endpoint.describeRequest(body);
  endpoint.describeResponse(body);
  endpoint.redactRequest(body, policy);
  endpoint.redactResponse(body, policy);
}

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
  test('no body throws, none is changed', () => {
    fc.assert(
      fc.property(anyBody(), anyPolicy(), (body, policy) => {
        const before = JSON.stringify(body);
        useAll(endpoint, body, policy);
        expect(JSON.stringify(body)).toBe(before);
      }),
      { numRuns: 400, seed: 7 },
    );
  });

  test('no stream throws, and no event is changed', () => {
    fc.assert(
      fc.property(fc.array(anyBody(), { maxLength: 6 }), anyPolicy(), (events, policy) => {
        const before = JSON.stringify(events);
        const fold = endpoint.createFold();
        for (const event of events) {
          endpoint.readEvent(event);
          fold.push(event, 0);
        }
        useAll(endpoint, fold.result(), policy);
        expect(JSON.stringify(fold.result())).toBe(JSON.stringify(fold.result()));
        expect(JSON.stringify(events)).toBe(before);
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

describe('bounds', () => {
  test('of depth: what is nested deeper than anybody means is hidden, and costs no stack', () => {
    const body = { messages: [{ role: 'user', content: [nested(20_000)] }] };
    useAll(messages, body, policyOf('hideInputImages'));
    const { messages: described } = messages.describeRequest(body);
    expect(described?.[0]?.content).toContain('__REDACTED__');
    expect(described?.[0]?.content).not.toContain('DEEP');
    expect(JSON.stringify(messages.redactRequest(body, policyOf('hideInputImages')))).not.toContain('DEEP');
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
