import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Endpoint } from '../../src/endpoints/endpoint.js';
import type { ContentPolicy } from '../../src/model/content-policy.js';
import type { Json, JsonObject } from '../../src/model/json.js';

const SWITCHES = [
  ...(['hideInvocationParameters', 'hideInputs', 'hideOutputs', 'hideInputMessages', 'hideOutputMessages'] as const),
  ...(['hideInputImages', 'hideInputText', 'hideOutputText', 'hideEmbeddingsText', 'hideEmbeddingsVectors'] as const),
  ...(['hidePrompts', 'hideChoices', 'hideTools'] as const),
] satisfies (keyof ContentPolicy)[];

/** Values that are of the wrong type wherever an API has another. */
const VALUES = ['', 'x', 'data:image/png;base64,AA', null, 0, 1, -1, 1e9, 0.5, true, false];

/** The names and texts that an API knows. */
export interface Vocabulary {
  names: readonly string[];
  values?: readonly string[];
}

/** A policy with these switches on. */
export function policyOf(names: readonly (typeof SWITCHES)[number][]): ContentPolicy {
  const switches = Object.fromEntries(SWITCHES.map((name) => [name, names.includes(name)]));
  return { ...switches, base64ImageMaxLength: 100 } as unknown as ContentPolicy;
}

/** Any object of members that the API knows, with values that belong there as often as not. */
function anyBody({ names, values = [] }: Vocabulary): fc.Arbitrary<JsonObject> {
  return fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<Json>(...VALUES, ...values),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc
      .array(fc.tuple(fc.constantFrom(...names, '__proto__'), tie('value')), { maxLength: 6 })
      .map((members) => Object.fromEntries(members) as JsonObject),
  })).object;
}

/** Everything that an endpoint does with a body. */
export function useAll(endpoint: Endpoint, body: JsonObject, policy: ContentPolicy): void {
  endpoint.readRequest(body);
  endpoint.readResponse(body);
  endpoint.isResponse(body);
  endpoint.readEvent(body);
  endpoint.describeRequest(body);
  endpoint.describeResponse(body);
  endpoint.redactRequest(body, policy);
  endpoint.redactResponse(body, policy);
}

/** Declares the tests that an endpoint throws for no body and no stream, changes none, and survives any depth. */
export function checkHostileBodies(endpoint: Endpoint, vocabulary: Vocabulary): void {
  const policies = fc.subarray([...SWITCHES]).map(policyOf);

  test('no body throws, none is changed', () => {
    fc.assert(
      fc.property(anyBody(vocabulary), policies, (body, policy) => {
        const before = JSON.stringify(body);
        useAll(endpoint, body, policy);
        expect(JSON.stringify(body)).toBe(before);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  test('no stream throws, and no event is changed', () => {
    fc.assert(
      fc.property(fc.array(anyBody(vocabulary), { maxLength: 6 }), policies, (events, policy) => {
        const before = JSON.stringify(events);
        const fold = endpoint.createFold();
        for (const event of events) {
          endpoint.readEvent(event);
          fold.push(event, 0);
        }
        useAll(endpoint, fold.result(), policy);
        expect(JSON.stringify(events)).toBe(before);
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  test('any depth costs no stack', () => {
    let deep: Json = 'DEEP';
    // a tree, as JSON text gives it: a value that stood in two places would double at every level
    const wrappers = [
      (value: Json) => [value],
      (value: Json) => ({ content: value }),
      (value: Json) => ({ text: value }),
    ];
    for (let level = 0; level < 30_000; level += 1) deep = wrappers[level % 3]!(deep);
    const body = Object.fromEntries(vocabulary.names.map((name) => [name, deep]));
    const fold = endpoint.createFold();
    fold.push(body, 0);
    for (const one of [body, fold.result()]) {
      expect(() => useAll(endpoint, one, policyOf([]))).not.toThrow();
      expect(() => useAll(endpoint, one, policyOf(SWITCHES))).not.toThrow();
    }
  });
}
