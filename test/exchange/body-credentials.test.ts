import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mayHoldCredentials, textWithoutCredentials, withoutCredentials } from '../../src/exchange/body-credentials.js';
import { REDACTED } from '../../src/model/content-policy.js';
import type { JsonObject } from '../../src/model/json.js';
import { describeContent } from '../../src/recorders/gen-ai/content.js';
import { createGenAiConvention } from '../../src/recorders/gen-ai/gen-ai-convention.js';
import { createBench, rawHeaders } from '../support/drive-exchange.js';

/** Nothing else in a body looks like it. */
const SECRET = 'sk-5ecret';
const secret = fc.string({ maxLength: 8 }).map((text) => `${SECRET}${text}`);

const server = fc.record(
  {
    type: fc.constant('url'),
    url: fc.constant('https://mcp.test'),
    name: fc.constant('s'),
    authorization_token: secret,
  },
  { requiredKeys: ['authorization_token'] },
);
const mcpTool = fc
  .tuple(secret, secret)
  .chain(([key, header]) =>
    fc.constantFrom<object>(
      { type: 'mcp', server_label: 's', authorization: key },
      { type: 'mcp', server_label: 's', headers: { 'x-api-key': header, authorization: key } },
      { headers: { cookie: `}{${header}` }, server_label: 's', type: 'mcp' },
    ),
  );

/** Requests with a credential somewhere, by path. */
const request = fc.oneof(
  server.map(
    (entry) => ['/v1/messages', { mcp_servers: [entry], messages: [{ role: 'user', content: 'Hi' }] }] as const,
  ),
  server.map((entry) => ['/v1/messages/count_tokens', { mcp_servers: [entry], messages: [] }] as const),
  mcpTool.map((tool) => ['/v1/responses', { input: 'Hi', tools: [{ type: 'function', name: 'f' }, tool] }] as const),
  mcpTool.map((tool) => ['/v1/responses/input_tokens', { input: 'Hi', tools: [tool] }] as const),
  mcpTool.map(
    (tool) => ['/v1/chat/completions', { messages: [{ role: 'user', content: 'ü' }], tools: [tool] }] as const,
  ),
  server.map((entry) => ['/v1/completions', { prompt: 'x', extra: { deep: [{ mcp_servers: [entry] }] } }] as const),
);
const SWITCHES = [
  'hideInvocationParameters',
  'hideInputs',
  'hideInputText',
  'hideTools',
  'hideOutputText',
  'hidePrompts',
];
const policy = fc.subarray(SWITCHES).map((names) => Object.fromEntries(names.map((name) => [name, true])));
/** What becomes of the body on its way. */
const damage = fc.constantFrom('none', 'spaces', 'escaped names', 'cut', 'trailing rubbish', 'beyond the cap');

function damaged(body: object, how: string): string {
  const text = how === 'spaces' ? JSON.stringify(body, undefined, 3) : JSON.stringify(body);
  if (how === 'escaped names')
    return text.replaceAll('"authorization', '"\\u0061uthorization').replaceAll('"headers"', '"\\u0068eaders"');
  if (how === 'cut') return text.slice(0, text.indexOf(SECRET) + 6);
  return how === 'trailing rubbish' ? `${text}}}` : text;
}

describe('credentials in a body', () => {
  test('leave in no signal, whatever the switches, in whatever state the body is', async () => {
    await fc.assert(
      fc.asyncProperty(request, policy, damage, fc.boolean(), async ([path, members], hidden, how, repeats) => {
        const body = Buffer.from(damaged({ model: 'm', ...members }, how));
        const limits = how === 'beyond the cap' ? { contentBytes: body.length - 1 } : {};
        const bench = createBench({ policy: hidden, limits });
        const { exchange } = bench;
        exchange.requestHeaders(rawHeaders({ ':method': 'POST', ':path': path }), false, () => undefined);
        exchange.requestBody(body, true, () => undefined);
        exchange.responseHeaders(
          rawHeaders({ ':status': '200', 'content-type': 'application/json' }),
          false,
          () => undefined,
        );
        const answer = { object: 'response', model: 'm', output: [], input_tokens: 1, ...(repeats ? members : {}) };
        const repeated = path.startsWith('/v1/responses') ? answer : { ...answer, content: [], choices: [] };
        const plain =
          path === '/v1/responses'
            ? repeated
            : { ...repeated, tools: undefined, mcp_servers: undefined, extra: undefined };
        await exchange.responseBody(Buffer.from(JSON.stringify(plain)), true, () => undefined);
        exchange.close();
        bench.settle();
        const [record] = bench.records;
        if (!record) throw new Error('no record');
        const whole = { ...NOTHING_HIDDEN, ...hidden, base64ImageMaxLength: 32_000 };
        const told = JSON.stringify([
          bench.spans,
          createGenAiConvention(whole, true)(record),
          describeContent(record, whole),
          record.request.text(),
          record.response.text(),
        ]);
        expect(told).not.toContain(how === 'cut' ? SECRET.slice(0, 6) : SECRET);
        if (how === 'none' && !hidden['hideInputs']) expect(told).toContain(REDACTED);
      }),
      { numRuns: 300, seed: 31 },
    );
  });

  test('any other body keeps its very text', () => {
    const body = {
      tools: [{ type: 'function', parameters: { properties: { authorization: { type: 'string' }, headers: {} } } }],
    };
    expect(withoutCredentials(body as unknown as JsonObject)).toBe(body);
    expect(mayHoldCredentials('{"messages":[{"content":"caf\\u00e9 \\u003c headers"}]}')).toBe(false);
    const quoted = JSON.stringify({ messages: [{ content: '{"authorization_token":"told in a text"}' }] });
    expect(textWithoutCredentials(quoted)).toBe(quoted);
  });

  test('only the credential is hidden, and the argument is not changed', () => {
    const body = {
      model: 'm',
      mcp_servers: [{ name: 's', authorization_token: SECRET }],
      __proto__: null,
    } as unknown as JsonObject;
    const before = JSON.stringify(body);
    expect(withoutCredentials(body)).toEqual({
      model: 'm',
      mcp_servers: [{ name: 's', authorization_token: REDACTED }],
    });
    expect(JSON.stringify(body)).toBe(before);
  });

  test('nested beyond all measure is no error', () => {
    let deep: JsonObject = {};
    for (let level = 0; level < 20_000; level += 1) deep = { content: [deep] };
    expect(withoutCredentials(deep)).toBe(deep);
  });
});

const NOTHING_HIDDEN = Object.fromEntries(
  [
    ...['hideInvocationParameters', 'hideInputs', 'hideOutputs', 'hideInputMessages', 'hideOutputMessages'],
    ...['hideInputImages', 'hideInputText', 'hideOutputText', 'hideEmbeddingsText', 'hideEmbeddingsVectors'],
    ...['hidePrompts', 'hideChoices', 'hideTools'],
  ].map((name) => [name, false]),
) as unknown as Omit<Parameters<typeof createGenAiConvention>[0], 'base64ImageMaxLength'>;
