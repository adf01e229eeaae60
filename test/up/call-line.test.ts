import { describe, expect, test } from 'vitest';
import type { GenAiRecord } from '../../src/model/record.js';
import { createCallLine } from '../../src/up/call-line.js';

const none = new Map<string, string>();
const content = {
  text: () => undefined,
  redacted: () => undefined,
  mimeType: 'application/json',
  truncated: false,
  empty: true,
};

function record(changes: Partial<GenAiRecord> = {}): GenAiRecord {
  return {
    endpoint: {
      operation: 'chat',
      genAiOperation: 'chat',
      spanName: 'ChatCompletion',
      spanKind: 'LLM',
      provider: 'openai',
    },
    provider: 'openai',
    originalModel: 'gpt-4o',
    requestModel: 'gpt-4o',
    responseModel: 'gpt-4o-2024-08-06',
    reportedModel: 'gpt-4o-2024-08-06',
    streaming: true,
    status: 200,
    usage: { input: 12, output: 31 },
    finishReasons: ['stop'],
    timing: {
      startTime: new Date(2026, 0, 2, 3, 4, 5).getTime(),
      duration: 1213.4,
      firstContent: 151.7,
      lastContent: 1200,
    },
    headers: { span: none, metrics: none, log: new Map([['session.id', 'newcomer-1']]) },
    trace: {
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      sampled: true,
      recording: true,
      headers: [],
      baggage: () => undefined,
      end: () => undefined,
    },
    request: { ...content, describe: () => ({}) as never },
    response: { ...content, describe: () => ({}) as never },
    ...changes,
  };
}

function linesOf(records: GenAiRecord[], color = false): string[] {
  const lines: string[] = [];
  const recorder = createCallLine({ write: (line) => lines.push(line), color });
  for (const each of records) recorder.record(each);
  return lines;
}

describe('the line of a call', () => {
  test('the columns are named once, then one line per call', () => {
    expect(linesOf([record(), record()])).toEqual([
      'time      operation    status  1st token  duration  tokens in → out  model, session, trace',
      '03:04:06  chat         200     152 ms     1.21 s    12 → 31          gpt-4o → gpt-4o-2024-08-06  session newcomer-1  trace 4bf92f3577b34da6a3ce929d0e0e4736',
      expect.stringContaining('newcomer-1'),
    ]);
  });

  test('what is not known is a dash, a session from the span mapping counts, no trace id no trace', () => {
    const bare = record({
      status: undefined,
      usage: {},
      reportedModel: undefined,
      originalModel: undefined,
      requestModel: undefined,
      timing: { startTime: 0, duration: 3 },
      headers: { span: new Map([['session.id', 's']]), metrics: none, log: none },
      trace: { ...record().trace, traceId: undefined },
      failure: { type: 'interrupted' },
    });
    expect(linesOf([bare])[1]?.slice(10)).toBe(
      'chat         –       –          3 ms      –                –  session s  interrupted',
    );
  });

  test('one known counter of two', () => {
    expect(linesOf([record({ usage: { input: 8 } })])[1]).toContain('8 → –');
  });

  test('an HTTP error is told once, by its status', () => {
    const line = linesOf([record({ status: 429, failure: { type: '429' } })])[1];
    expect(line?.match(/429/g)).toHaveLength(1);
  });

  test('an error inside a 200 is told by its type', () => {
    expect(linesOf([record({ failure: { type: 'overloaded_error' } })])[1]).toMatch(/ 200 .*overloaded_error$/);
  });

  test('nothing that others wrote reaches the terminal as a command', () => {
    const evil = '\u001B[2Jevil\u0007\r\n\u009B31m\u202Egnp.exe\u2028';
    const [, line] = linesOf([
      record({
        originalModel: evil,
        reportedModel: 'x'.repeat(10_000),
        headers: { span: none, metrics: none, log: new Map([['session.id', evil]]) },
      }),
    ]);
    expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(line).toContain('[2Jevil31mgnp.exe');
    expect(line?.length).toBeLessThan(400);
  });

  test('colours only when asked for', () => {
    expect(linesOf([record()], true)[1]).toContain('\u001B[32m200');
    expect(linesOf([record({ failure: { type: '500' }, status: 500 })], true)[1]).toContain('\u001B[31m500');
    expect(linesOf([record()])[1]).not.toContain('\u001B');
  });
});
