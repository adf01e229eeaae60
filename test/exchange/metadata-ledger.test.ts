import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMetadataLedger } from '../../src/exchange/metadata-ledger.js';
import type { CallFacts } from '../../src/model/record.js';
import { describeMetadata } from '../../src/recorders/metadata/metadata.js';
import { recordOf } from '../recorders/metrics/record-of.js';

/** Facts as messages bring them, some with headers and costs that were given the names of our own keys. */
const facts: fc.Arbitrary<CallFacts> = fc
  .record({
    requestModel: fc.constantFrom(undefined, '', 'a', 'b'),
    responseModel: fc.constantFrom(undefined, 'a', 'c'),
    backend: fc.constantFrom(undefined, 'cluster'),
    streaming: fc.constantFrom(undefined, true, false),
    input: fc.constantFrom(undefined, 0, 7),
    finishReason: fc.constantFrom(undefined, 'stop'),
    log: fc.dictionary(
      fc.constantFrom('session.id', 'finish_reason', 'llm_input_token', 'cost'),
      fc.constantFrom('x', 'y'),
    ),
    costs: fc.option(fc.dictionary(fc.constantFrom('cost', 'llm_input_token'), fc.nat(3)), { nil: undefined }),
  })
  .map(({ input, finishReason, log, costs, ...rest }) =>
    recordOf({
      ...rest,
      usage: { input },
      finishReasons: finishReason === undefined ? [] : [finishReason],
      headers: { log: new Map(Object.entries(log)) },
      customCosts: costs && new Map(Object.entries(costs)),
    }),
  );

test('each value is told once, when it is new or another than before', () => {
  fc.assert(
    fc.property(fc.array(facts, { minLength: 1, maxLength: 5 }), (messages) => {
      const ledger = createMetadataLedger(describeMetadata);
      const known = new Map<string, unknown>();
      for (const message of messages) {
        const expected = [...describeMetadata(message)].filter(([key, value]) => known.get(key) !== value);
        for (const [key, value] of expected) known.set(key, value);
        expect([...(ledger.news(message) ?? [])]).toEqual(expected);
      }
    }),
    { numRuns: 500 },
  );
});

test('there are no news without any', () => {
  const ledger = createMetadataLedger(describeMetadata);
  const record = recordOf({});
  expect(ledger.news(record)?.get('operation_name')).toBe('chat');
  expect(ledger.news(record)).toBeUndefined();
});
