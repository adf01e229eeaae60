import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogEntry } from '../../../src/model/log-entry.js';
import type { GenAiRecord } from '../../../src/model/record.js';
import { describeContent } from '../../../src/recorders/gen-ai/content.js';
import { createGenAiConvention } from '../../../src/recorders/gen-ai/gen-ai-convention.js';
import { createLogRecorder } from '../../../src/recorders/log/log-recorder.js';
import { Counters } from '../../../src/util/counters.js';
import { type Kind, type SecretExchange, secret } from '../openinference/privacy-fields.js';
import {
  drive,
  EXCHANGES,
  everyExchange,
  HIDES,
  hiddenKinds,
  policyOf,
  SWITCHES,
  type Switch,
} from '../openinference/privacy-switches.js';
import { OPEN_POLICY } from './gen-ai-span.js';

/** The kinds of secrets in text, however it is escaped. */
const secretsIn = (text: string) => new Set([...text.matchAll(/SECRET-(\w+)-/g)].map((match) => match[1] as string));

interface Shown {
  span: Set<string>;
  log: Set<string>;
  record: GenAiRecord;
}

/** What leaves with the gen_ai span and with the log record of an exchange, both with content. */
async function show(one: SecretExchange, switches: readonly Switch[], status = 200, content = true): Promise<Shown> {
  const hidden = policyOf(switches);
  const { records, errors } = await drive(one, hidden, status);
  expect(errors).toEqual([]);
  const record = records[0] as GenAiRecord;
  const policy = { ...OPEN_POLICY, ...hidden };
  const span = createGenAiConvention(policy, content)(record);
  const entries: LogEntry[] = [];
  createLogRecorder({
    log: { write: (entry) => void entries.push(entry) },
    keeps: () => true,
    counters: new Counters(),
    describeContent: content ? (each) => describeContent(each, policy) : undefined,
  }).record(record);
  return { span: secretsIn(JSON.stringify(span)), log: secretsIn(JSON.stringify(entries)), record };
}

/** What can be in messages and parameters at all; of the rest the conventions do not tell. */
const MESSAGES: Kind[] = ['inputText', 'inputToolCall', 'outputText', 'outputToolCall', 'tool', 'prompt', 'choice'];

/** Bodies that are not what their endpoints promise: what they hold is in no message. */
const SHAPELESS = [
  'broken bodies',
  'not a list of messages',
  'messages of no shape',
  'messages, answered by a text',
  'count_tokens',
  'responses of other shapes',
  'Ollama chat, no messages',
];

describe.each(EXCHANGES)('%s', (name) => {
  const exchange = (text = '') => everyExchange(text)[name] as SecretExchange;

  test('without a switch messages are shown, on the span and in the log', async () => {
    const one = exchange();
    const { span, log } = await show(one, []);
    expect([...log].filter((kind) => !span.has(kind))).toEqual([]);
    if (SHAPELESS.includes(name)) return;
    const present = secretsIn(`${one.request}${one.response}`);
    const messages = MESSAGES.filter((kind) => present.has(kind));
    expect(messages.filter((kind) => !span.has(kind))).toEqual([]);
  });

  test('without content nothing is shown but parameters', async () => {
    const { span, log } = await show(exchange(), [], 200, false);
    expect([...log]).toEqual([]);
    expect([...span].filter((kind) => kind !== 'parameter')).toEqual([]);
  });

  test.each(SWITCHES)('%s hides its own', async (each) => {
    const { span, log } = await show(exchange(), [each]);
    expect(HIDES[each].filter((kind) => span.has(kind) || log.has(kind))).toEqual([]);
  });

  test('any switches together hide what each of them hides', async () => {
    const texts = fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'x', 'ü', '🙂', '{', ','), maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.subarray(SWITCHES), texts, async (switches, text) => {
        const { span, log } = await show(exchange(text), switches);
        expect(hiddenKinds(switches).filter((kind) => span.has(kind) || log.has(kind))).toEqual([]);
      }),
      { numRuns: 40, seed: 4 },
    );
  });

  test('any switch leaves no body of an error', async () => {
    const one = { ...exchange(), response: secret('error') };
    for (const each of SWITCHES) {
      const { span, log } = await show(one, [each], 429);
      expect(span.has('error') || log.has('error') ? each : 'hidden').toBe('hidden');
    }
  });
});

test('an error tells its text on the span where content is shown, and never in the log', async () => {
  const one = { ...(everyExchange('')['chat'] as SecretExchange), response: secret('error') };
  expect((await show(one, [], 429)).span.has('error')).toBe(true);
  expect((await show(one, [], 429)).log.has('error')).toBe(false);
  expect((await show(one, [], 429, false)).span.has('error')).toBe(false);
});
