import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { responses } from '../../../src/endpoints/openai/responses.js';
import { responsesInputTokens } from '../../../src/endpoints/openai/responses-input-tokens.js';
import type { ContentPolicy } from '../../../src/model/content-policy.js';
import type { JsonObject } from '../../../src/model/json.js';
import { checkTables } from '../../support/check-tables.js';
import type { ExchangeCase } from '../../support/exchange-case.js';
import { BEGUN, response, textEnd, textEvents, textItem } from '../../support/responses-answers.js';
import { RESPONSES_CASES, RESPONSES_INPUT_TOKENS_CASES } from './responses-cases.js';
import { RESPONSES_ITEMS_CASES } from './responses-items-cases.js';
import { RESPONSES_STREAM_CASES } from './responses-stream-cases.js';

const TABLES: [string, readonly ExchangeCase[]][] = [
  ['responses', RESPONSES_CASES],
  ['responses, items', RESPONSES_ITEMS_CASES],
  ['responses, streamed', RESPONSES_STREAM_CASES],
  ['responses/input_tokens', RESPONSES_INPUT_TOKENS_CASES],
];
checkTables(TABLES);

const SWITCHES = [
  ...(['hideInvocationParameters', 'hideInputs', 'hideOutputs', 'hideInputMessages', 'hideOutputMessages'] as const),
  ...(['hideInputImages', 'hideInputText', 'hideOutputText', 'hideTools'] as const),
];

/** Any object, of members and values that the API knows as often as not, with types where it has others. */
function anyBody(): fc.Arbitrary<JsonObject> {
  const names = fc.constantFrom(
    ...[
      'type',
      'input',
      'instructions',
      'tools',
      'prompt',
      'variables',
      'output',
      'response',
      'item',
      'part',
      'content',
    ],
    ...[
      'summary',
      'text',
      'delta',
      'output_index',
      'content_index',
      'item_id',
      'error',
      'usage',
      'image_url',
      '__proto__',
    ],
  );
  const values = fc.constantFrom<unknown>(
    ...['message', 'function_call', 'reasoning', 'response.completed', 'response.output_item.added', 'input_image'],
    ...[
      'response.output_text.delta',
      'response.content_part.done',
      'data:image/png;base64,AA',
      'error',
      '',
      null,
      0,
      -1,
    ],
    ...[1e9, true, 'image_generation_call', 'response.failed', 'custom_tool_call', 'response.created'],
  );
  return fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, values, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
    object: fc
      .array(fc.tuple(names, tie('value')), { maxLength: 6 })
      .map((members) => Object.fromEntries(members) as JsonObject),
  })).object;
}

const policies = fc.subarray([...SWITCHES]).map((names) => policyOf(...names));

function policyOf(...names: (keyof ContentPolicy)[]): ContentPolicy {
  return { base64ImageMaxLength: 32_000, ...Object.fromEntries(names.map((name) => [name, true])) } as ContentPolicy;
}

describe('any body', () => {
  test('throws nowhere and is not changed', () => {
    fc.assert(
      fc.property(fc.array(anyBody(), { minLength: 1, maxLength: 8 }), policies, (bodies, policy) => {
        const before = JSON.stringify(bodies);
        const fold = responses.createFold();
        for (const endpoint of [responses, responsesInputTokens]) {
          for (const body of bodies) {
            endpoint.readRequest(body);
            endpoint.readResponse(body);
            endpoint.readEvent(body);
            endpoint.isResponse(body);
            endpoint.describeRequest(body);
            endpoint.describeResponse(body);
            endpoint.redactRequest(body, policy);
            endpoint.redactResponse(body, policy);
          }
        }
        for (const body of bodies) {
          fold.push(body, 100);
          fold.isWhole?.(body);
          expect(fold.held?.()).toBeGreaterThanOrEqual(0);
          responses.describeResponse(fold.result());
        }
        expect(JSON.stringify(bodies)).toBe(before);
      }),
      { numRuns: 400, seed: 7 },
    );
  });

  test('nested beyond all measure is no error', () => {
    const policy = policyOf('hideInputImages', 'hideInputText', 'hideOutputText');
    const deep = chain(20_000);
    expect(() => {
      responses.describeRequest({ input: [{ type: 'function_call_output', output: deep }], tools: deep });
      responses.describeResponse({ output: deep });
      responses.redactRequest({ input: deep, tools: deep }, policy);
      responses.redactResponse({ output: deep, instructions: deep }, policy);
    }).not.toThrow();
  });
});

function chain(levels: number): JsonObject[] {
  let inner: JsonObject = {};
  for (let level = 0; level < levels; level += 1) inner = { content: [inner] };
  return [inner];
}

describe('the fold', () => {
  test('keeps a bounded number of items, parts and annotations', () => {
    const fold = responses.createFold();
    for (let index = 0; index < 2000; index += 1) {
      fold.push({ type: 'response.output_item.added', output_index: index, item: { type: 'message' } }, 10);
      fold.push({ type: 'response.output_text.delta', output_index: 0, content_index: index, delta: 'x' }, 10);
      fold.push(
        { type: 'response.output_text.annotation.added', output_index: 0, content_index: 0, annotation: { index } },
        10,
      );
      fold.push({ type: 'response.shell_call_command.delta', output_index: 1, command_index: index, delta: 'x' }, 10);
    }
    const output = fold.result()['output'] as JsonObject[];
    expect(output).toHaveLength(512);
    const content = output[0]?.['content'] as JsonObject[];
    expect(content).toHaveLength(256);
    expect(content[0]?.['annotations']).toHaveLength(256);
    expect((output[1]?.['action'] as JsonObject | undefined)?.['commands']).toHaveLength(256);
  });

  test('holds the response as it is now, and forgets what a later event repeats', () => {
    const fold = responses.createFold();
    const size = (event: object) => JSON.stringify(event).length;
    for (const event of [...textEvents('Hello'), ...textEnd('Hello')]) fold.push(event as JsonObject, size(event));
    const item = size(textEnd('Hello')[2] as object);
    expect(fold.held?.()).toBe(size({ type: 'response.in_progress', response: BEGUN }) + item);
    const last = { type: 'response.completed', response: response([textItem('Hello')]) } as unknown as JsonObject;
    fold.push(last, size(last));
    expect(fold.held?.()).toBe(size(last));
  });

  test('a stream that was cut after its items is described as the answer would have been', () => {
    const fold = responses.createFold();
    for (const event of [...textEvents('Hel', 'lo'), ...textEnd('Hello')]) fold.push(event as JsonObject, 100);
    const whole = responses.describeResponse(response([textItem('Hello')]) as JsonObject);
    expect(responses.describeResponse(fold.result())).toEqual(whole);
  });
});

describe('the conversation that a request continues', () => {
  test.each([
    ['conv_1', 'conv_1'],
    [{ id: 'conv_2' }, 'conv_2'],
    [{ id: 3 }, undefined],
    ['', undefined],
    [null, undefined],
  ])('%j → %s', (conversation, id) => {
    expect(responses.readRequest({ model: 'm', conversation }).conversation).toBe(id);
    expect(responsesInputTokens.readRequest({ model: 'm', conversation }).conversation).toBe(id);
  });
});

describe('what an answer repeats of its request', () => {
  const request = {
    instructions: [{ type: 'message', role: 'system', content: [{ type: 'input_text', text: 'told' }] }],
    tools: [{ type: 'function', name: 'tool' }],
    prompt: {
      id: 'pmpt_1',
      variables: { city: 'Köln', map: { type: 'input_image', image_url: 'https://i.test/map' } },
    },
    metadata: { note: 'noted' },
    temperature: 1,
  };
  const answer = response([textItem('Hello')], {
    ...request,
    error: { code: 'server_error', message: 'told' },
  }) as JsonObject;
  const shown = (...names: (keyof ContentPolicy)[]) => responses.redactResponse(answer, policyOf(...names));

  test.each([
    ['hideInputs', ['told', '"tool"', 'Köln', 'map', 'noted']],
    ['hideInputMessages', ['told', 'Köln', 'map']],
    ['hideInputText', ['told', 'Köln']],
    ['hideInputImages', ['i.test']],
    ['hideTools', ['"tool"']],
    ['hideInvocationParameters', ['noted', 'pmpt_1', 'temperature']],
  ] as const)('%s', (name, hidden) => {
    const text = JSON.stringify(shown(name));
    for (const part of hidden) expect(text).not.toContain(part);
    expect(text).toContain('Hello');
    expect(text).toContain('"gpt-5-2025-08-07"');
    expect(JSON.stringify(shown())).toBe(JSON.stringify(answer));
  });

  test('numbers and truth values stay of hidden inputs', () => {
    expect(shown('hideInputs')).toMatchObject({ temperature: 1, parallel_tool_calls: true, usage: answer['usage'] });
    expect(shown('hideInputs')['tool_choice']).toBeUndefined();
  });
});
