import type { BodyContent, GenAiRecord } from '../../../src/model/record.js';

/** What a test says of a record; the rest is a plain chat call that went well. */
export type RecordParts = Partial<Omit<GenAiRecord, 'headers'>> & { headers?: Partial<GenAiRecord['headers']> };

const EMPTY: BodyContent<object> = {
  empty: true,
  text: () => undefined,
  redacted: () => undefined,
  describe: () => ({}),
  mimeType: 'application/json',
  truncated: false,
};

/** A record for recorders that read no content. */
export function recordOf(parts: RecordParts = {}): GenAiRecord {
  return {
    endpoint: {
      operation: 'chat',
      genAiOperation: 'chat',
      spanName: 'ChatCompletion',
      spanKind: 'LLM',
      system: 'openai',
      provider: 'openai',
    },
    provider: 'openai',
    originalModel: 'gpt-4o',
    requestModel: 'gpt-4o',
    responseModel: 'gpt-4o-2024',
    streaming: false,
    status: 200,
    usage: {},
    finishReasons: ['stop'],
    timing: { startTime: Date.now(), duration: 100 },
    trace: { sampled: false, recording: false, headers: [], baggage: () => undefined, end() {} },
    request: EMPTY,
    response: EMPTY,
    ...parts,
    headers: { span: new Map(), metrics: new Map(), log: new Map(), ...parts.headers },
  };
}
