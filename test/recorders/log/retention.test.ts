import type { Context } from '@opentelemetry/api';
import { SamplingDecision, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GenAiRecord } from '../../../src/model/record.js';
import { createRetention, type RetentionPolicy } from '../../../src/recorders/log/retention.js';
import { type RecordParts, recordOf } from '../metrics/record-of.js';

const POLICY: RetentionPolicy = { share: 0, expensiveTokens: 10_000, slowMillis: 30_000 };
const never = () => 0.999999;

function traced(traceId: string | undefined): RecordParts {
  return { trace: { traceId, sampled: false, recording: false, headers: [], baggage: () => undefined, end() {} } };
}

const timing = (duration: number) => ({ startTime: 0, duration });

describe('with a share of nothing the log keeps', () => {
  test.each<[string, RecordParts, boolean]>([
    ['no plain success', {}, false],
    ['no success whose tokens nobody knows', { usage: {} }, false],
    ['an HTTP error', { status: 429, failure: { type: '429', exception: { status: 429, body: '' } } }, true],
    ['an error of 400 already', { status: 400, failure: { type: '400' } }, true],
    ['no redirect', { status: 399 }, false],
    ['an error event in a 200 stream', { failure: { type: 'overloaded_error' } }, true],
    ['a call that was cut', { failure: { type: 'interrupted' } }, true],
    ['a body that is not what was promised', { failure: { type: 'unparsable_response' } }, true],
    ['10,000 tokens together', { usage: { input: 9_000, output: 1_000 } }, true],
    ['not 9,999', { usage: { input: 9_000, output: 999 } }, false],
    ['10,000 input tokens alone, as embeddings have', { usage: { input: 10_000, total: 10_000 } }, true],
    ['10,000 output tokens alone', { usage: { output: 10_000 } }, true],
    ['10,000 in total where nothing else is known', { usage: { total: 10_000 } }, true],
    ['no total that counts more than input and output', { usage: { input: 5, output: 5, total: 10_000 } }, false],
    ['a call of 30 s', { timing: timing(30_000) }, true],
    ['none that was a little faster', { timing: timing(29_999.9) }, false],
  ])('%s', (_name, parts, kept) => {
    expect(createRetention(POLICY, never)(recordOf(parts))).toBe(kept);
  });
});

describe('the share', () => {
  const hex = fc.stringMatching(/^[0-9a-f]{32}$/).filter((id) => /[^0]/.test(id));

  test('takes the traces that the sampler traceidratio takes', () => {
    fc.assert(
      fc.property(hex, fc.double({ min: 0, max: 1, noNaN: true }), (traceId, share) => {
        const { decision } = new TraceIdRatioBasedSampler(share).shouldSample({} as Context, traceId);
        const kept = createRetention({ ...POLICY, share }, never)(recordOf(traced(traceId)));
        expect(kept).toBe(decision === SamplingDecision.RECORD_AND_SAMPLED);
      }),
      { numRuns: 500 },
    );
  });

  test('of all, keeps all', () => {
    const keeps = createRetention({ ...POLICY, share: 1 }, never);
    expect([keeps(recordOf(traced('f'.repeat(32)))), keeps(recordOf(traced(undefined)))]).toEqual([true, true]);
  });

  test('of calls without a trace is drawn', () => {
    const draws = [0, 0.24, 0.25, 0.9];
    const keeps = createRetention({ ...POLICY, share: 0.25 }, () => draws.shift() as number);
    expect(Array.from({ length: 4 }, () => keeps(recordOf(traced(undefined))))).toEqual([true, true, false, false]);
  });

  test('of random traces is about itself', () => {
    const keeps = createRetention({ ...POLICY, share: 0.1 });
    const records: GenAiRecord[] = fc.sample(hex, { numRuns: 4000, seed: 1 }).map((id) => recordOf(traced(id)));
    const kept = records.filter(keeps).length;
    expect(kept).toBeGreaterThan(250);
    expect(kept).toBeLessThan(800);
  });
});
