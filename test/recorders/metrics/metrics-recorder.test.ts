import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { createMetricsRecorder, type MetricLimits } from '../../../src/recorders/metrics/metrics-recorder.js';
import { seriesLimit } from '../../../src/telemetry/metrics-pipeline.js';
import { Counters } from '../../../src/util/counters.js';
import { keepingLog } from '../../telemetry/telemetry-settings.js';
import { recordOf } from './record-of.js';

interface Sample {
  name: string;
  value: number;
  attributes: Attributes;
}

function create(limits: Partial<MetricLimits> = {}) {
  const samples: Sample[] = [];
  const meter = {
    createHistogram: (name: string): Histogram => ({
      record: (value, attributes) => void samples.push({ name, value, attributes: attributes ?? {} }),
    }),
    createCounter: (name: string) => ({
      add: (value: number, attributes: Attributes) => void samples.push({ name, value, attributes }),
    }),
  } as unknown as Meter;
  const counters = new Counters();
  const log = keepingLog();
  const all = { metricAttributeValues: 200, metricSeries: 2000, headerValueCharacters: 256, ...limits };
  return { samples, counters, log, recorder: createMetricsRecorder(meter, all, counters, log) };
}

const names = (samples: Sample[]) => samples.map((sample) => sample.name);
const DURATION = 'gen_ai.server.request.duration';
const TOKENS = 'gen_ai.client.token.usage';

describe('samples', () => {
  test('a known cost is added with the attributes of the call', () => {
    const { samples, recorder } = create();
    recorder.record(recordOf({ cost: { prompt: 0.25, completion: 0.5, total: 0.75 } }));
    recorder.record(recordOf({}));
    const duration = samples.find((sample) => sample.name === DURATION);
    expect(samples.filter((sample) => sample.name === 'gen_ai.client.cost')).toEqual([
      { name: 'gen_ai.client.cost', value: 0.75, attributes: duration?.attributes },
    ]);
  });

  test('a plain call: one duration, exact attributes', () => {
    const { samples, recorder } = create();
    recorder.record(recordOf({ timing: { startTime: 0, duration: 1500 } }));
    expect(samples).toEqual([
      {
        name: DURATION,
        value: 1.5,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'openai',
          'gen_ai.original.model': 'gpt-4o',
          'gen_ai.request.model': 'gpt-4o',
          'gen_ai.response.model': 'gpt-4o-2024',
        },
      },
    ]);
  });

  test('one sample per known counter, 0 too, no total', () => {
    const { samples, recorder } = create();
    const usage = {
      input: 31,
      output: 0,
      total: 31,
      cachedInput: 8,
      cacheCreationInput: 2,
      reasoning: 5,
      audioInput: 1,
    };
    recorder.record(recordOf({ usage }));
    const tokens = samples.filter((sample) => sample.name === TOKENS);
    expect(tokens.map((sample) => [sample.attributes['gen_ai.token.type'], sample.value])).toEqual([
      ['input', 31],
      ['output', 0],
      ['cached_input', 8],
      ['cache_creation_input', 2],
      ['reasoning', 5],
    ]);
  });

  test('a stream: first token and time per output token in seconds', () => {
    const { samples, recorder } = create();
    const timing = { startTime: 0, duration: 2000, firstContent: 500, lastContent: 1500 };
    recorder.record(recordOf({ streaming: true, usage: { output: 11 }, timing }));
    expect(samples).toContainEqual(expect.objectContaining({ name: 'gen_ai.server.time_to_first_token', value: 0.5 }));
    expect(samples).toContainEqual(
      expect.objectContaining({ name: 'gen_ai.server.time_per_output_token', value: 0.1 }),
    );
  });

  test('one output token has no time per token', () => {
    const { samples, recorder } = create();
    const timing = { startTime: 0, duration: 2000, firstContent: 500, lastContent: 500 };
    recorder.record(recordOf({ streaming: true, usage: { output: 1 }, timing }));
    expect(names(samples)).toEqual([DURATION, 'gen_ai.server.time_to_first_token', TOKENS]);
  });

  test('a failure has error.type on every sample of the call', () => {
    const { samples, recorder } = create();
    const timing = { startTime: 0, duration: 2000, firstContent: 500, lastContent: 700 };
    const failure = { type: 'interrupted' };
    recorder.record(recordOf({ streaming: true, usage: { input: 1, output: 3 }, timing, failure }));
    expect(samples).toHaveLength(5);
    for (const sample of samples) expect(sample.attributes['error.type']).toBe('interrupted');
    recorder.record(recordOf());
    expect(samples[5]?.attributes).not.toHaveProperty('error.type');
  });

  test('empty models are unknown', () => {
    const { samples, recorder } = create();
    recorder.record(recordOf({ originalModel: undefined, requestModel: '', responseModel: undefined }));
    expect(samples[0]?.attributes).toMatchObject({
      'gen_ai.original.model': 'unknown',
      'gen_ai.request.model': 'unknown',
      'gen_ai.response.model': 'unknown',
    });
  });

  test('mapped headers, never over a name of ours', () => {
    const { samples, recorder } = create();
    const metrics = new Map([
      ['tenant', 'blue'],
      ['error.type', 'made up'],
      ['gen_ai.operation.name', 'made up'],
    ]);
    recorder.record(recordOf({ headers: { metrics } }));
    expect(samples[0]?.attributes).toMatchObject({ tenant: 'blue', 'gen_ai.operation.name': 'chat' });
    expect(samples[0]?.attributes).not.toHaveProperty('error.type');
  });

  test('calls of one combination share their attribute objects', () => {
    const { samples, recorder } = create();
    for (let call = 0; call < 2; call++) recorder.record(recordOf({ usage: { input: call } }));
    expect(samples[0]?.attributes).toBe(samples[2]?.attributes);
    expect(samples[1]?.attributes).toBe(samples[3]?.attributes);
  });
});

describe('cardinality', () => {
  test('values of one attribute beyond the cap are _other; those before keep their name', () => {
    const { samples, recorder, counters, log } = create({ metricAttributeValues: 3 });
    for (const model of ['a', 'b', 'c', 'd', 'e', 'a']) recorder.record(recordOf({ requestModel: model }));
    expect(samples.map((sample) => sample.attributes['gen_ai.request.model'])).toEqual([
      'a',
      'b',
      'c',
      '_other',
      '_other',
      'a',
    ]);
    expect(counters.values['metrics.limited']).toBe(2);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]?.fields).toEqual({ what: 'gen_ai.request.model', limit: 3 });
  });

  test('each mapped header has a cap of its own', () => {
    const { samples, recorder } = create({ metricAttributeValues: 1 });
    for (const value of ['x', 'y']) {
      recorder.record(
        recordOf({
          headers: {
            metrics: new Map([
              ['one', value],
              ['two', 'same'],
            ]),
          },
        }),
      );
    }
    expect(samples.map(({ attributes }) => [attributes['one'], attributes['two']])).toEqual([
      ['x', 'same'],
      ['_other', 'same'],
    ]);
  });

  test('combinations beyond the cap keep operation and error type', () => {
    const { samples, recorder, counters } = create({ metricSeries: 2 });
    for (const model of ['a', 'b', 'c', 'd']) recorder.record(recordOf({ requestModel: model }));
    recorder.record(recordOf({ requestModel: 'e', failure: { type: '500' } }));
    recorder.record(recordOf({ requestModel: 'a' }));
    expect(samples.map(({ attributes }) => attributes['gen_ai.request.model'])).toEqual([
      'a',
      'b',
      '_other',
      '_other',
      '_other',
      'a',
    ]);
    expect(samples[2]?.attributes).toBe(samples[3]?.attributes);
    expect(samples[4]?.attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': '_other',
      'gen_ai.original.model': '_other',
      'gen_ai.request.model': '_other',
      'gen_ai.response.model': '_other',
      'error.type': '500',
    });
    expect(counters.values['metrics.limited']).toBe(3);
  });

  test('whatever comes, the distinct sets stay below what the SDK is told to hold', () => {
    const limits = { metricAttributeValues: 20, metricSeries: 50 };
    const { samples, recorder } = create(limits);
    for (let call = 0; call < 5_000; call++) {
      const failure = call % 3 === 0 ? undefined : { type: String(400 + (call % 600)) };
      const endpoint = { ...recordOf().endpoint, operation: `operation-${call % 14}` };
      const model = `model-${(call * 7) % 1000}`;
      const usage = { input: 1, output: 1, cachedInput: 1, cacheCreationInput: 1, reasoning: 1 };
      recorder.record(
        recordOf({ endpoint, requestModel: model, responseModel: model, usage, ...(failure && { failure }) }),
      );
    }
    for (const name of [DURATION, TOKENS]) {
      const sets = new Set(
        samples.filter((sample) => sample.name === name).map((sample) => JSON.stringify(sample.attributes)),
      );
      expect(sets.size).toBeGreaterThan(50);
      expect(sets.size).toBeLessThan(seriesLimit(limits));
    }
  });

  test('long and broken values are bounded and well-formed', () => {
    const { samples, recorder } = create({ headerValueCharacters: 10 });
    recorder.record(recordOf({ requestModel: 'x'.repeat(1_000_000), responseModel: 'a\ud800b' }));
    expect(samples[0]?.attributes['gen_ai.request.model']).toBe('x'.repeat(10));
    expect(samples[0]?.attributes['gen_ai.response.model']).toBe('a\ufffdb');
  });
});
