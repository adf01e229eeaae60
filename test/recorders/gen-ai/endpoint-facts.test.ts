import { describe, expect, test } from 'vitest';
import { ENDPOINTS } from '../../../src/endpoints/registry.js';
import type { GenAiRecord } from '../../../src/model/record.js';
import { createGenAiConvention } from '../../../src/recorders/gen-ai/gen-ai-convention.js';
import { recordOf } from '../metrics/record-of.js';
import { FACT_CASES } from './endpoint-facts-cases.js';
import { OPEN_POLICY, spanOf } from './gen-ai-span.js';

describe('the gen_ai facts of', () => {
  test.each(FACT_CASES.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const { name, facts, content, events, status } = await spanOf(one);
    expect({ name, facts, content, events, status }).toEqual({
      name: one.span,
      facts: one.facts,
      content: {},
      events: [],
      status: { code: 'UNSET' },
    });
  });

  test('every endpoint there is', () => {
    const covered = new Set(FACT_CASES.map((one) => one.facts['gen_ai.operation.name']));
    expect(covered).toEqual(new Set(ENDPOINTS.map((endpoint) => endpoint.traits.genAiOperation)));
    for (const { suffixes } of ENDPOINTS) {
      const known = FACT_CASES.some((one) => suffixes.some((suffix) => one.path.endsWith(suffix)));
      expect([suffixes, known]).toEqual([suffixes, true]);
    }
  });
});

describe('facts that no body has', () => {
  const factsOf = (record: GenAiRecord) => createGenAiConvention(OPEN_POLICY, false)(record);

  test("the server's address and port, the cost, mapped headers", () => {
    const headers = {
      span: new Map([
        ['session.id', 's-1'],
        ['gen_ai.request.model', 'not this one'],
      ]),
    };
    const cost = { prompt: 0.01, completion: 0.02, total: 0.03 };
    const { facts } = factsOf(recordOf({ server: { address: 'api.openai.com', port: 443 }, cost, headers }));
    expect(facts).toMatchObject({
      'server.address': 'api.openai.com',
      'server.port': 443,
      'llm.cost.prompt': 0.01,
      'llm.cost.completion': 0.02,
      'llm.cost.total': 0.03,
      'session.id': 's-1',
      'gen_ai.request.model': 'gpt-4o',
    });
    expect(factsOf(recordOf({ server: { address: 'localhost' } })).facts).not.toHaveProperty(['server.port']);
    expect(factsOf(recordOf()).facts).not.toHaveProperty(['server.address']);
  });

  test('a request whose model nobody could read: the name is the operation', () => {
    const { name, facts } = factsOf(recordOf({ originalModel: undefined, requestModel: undefined }));
    expect(name).toBe('chat');
    expect(facts).not.toHaveProperty(['gen_ai.request.model']);
  });

  test('a call that was cut: an error without an exception', () => {
    const { status, events, facts } = factsOf(recordOf({ failure: { type: 'interrupted' } }));
    expect(status).toEqual({ code: 'ERROR', message: 'interrupted' });
    expect(events).toEqual([]);
    expect(facts['error.type']).toBe('interrupted');
  });

  test('content that was cut', () => {
    const cut = { ...recordOf().request, truncated: true };
    expect(factsOf(recordOf({ request: cut })).facts['genai_extproc.content.truncated']).toBe(true);
  });
});
