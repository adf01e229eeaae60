import { expect, test } from 'vitest';
import type { SpanConvention, SpanProjection } from '../../../src/model/span-convention.js';
import type { SpanEnd } from '../../../src/model/trace.js';
import { createSpanRecorder } from '../../../src/recorders/span/span-recorder.js';
import { recordOf } from '../metrics/record-of.js';

const projection =
  (parts: Partial<SpanProjection>): SpanConvention =>
  () => ({
    name: 'name',
    facts: {},
    content: {},
    events: [],
    status: { code: 'OK' },
    ...parts,
  });

function end(conventions: [SpanConvention, ...SpanConvention[]], recording = true): SpanEnd[] {
  const ends: SpanEnd[] = [];
  const trace = {
    sampled: recording,
    recording,
    headers: [],
    baggage: () => undefined,
    end: (span: SpanEnd) => void ends.push(span),
  };
  createSpanRecorder(conventions).record(recordOf({ trace, timing: { startTime: 1000, duration: 50 } }));
  return ends;
}

test('one convention: what it says, at the time of the end', () => {
  const one = { name: 'chat m', facts: { a: 1 }, content: { b: '2' }, status: { code: 'UNSET' } } as const;
  expect(end([projection(one)])).toEqual([
    { name: 'chat m', endTime: 1050, attributes: { a: 1, b: '2' }, events: [], status: { code: 'UNSET' } },
  ]);
});

test('two conventions on one span: the first decides name and status, the facts of both come before any content', () => {
  const first = projection({
    name: 'first',
    facts: { model: 'm', shared: 'first' },
    content: { text: 'long' },
    events: [
      { name: 'exception', time: 1050, attributes: { of: 'first' } },
      { name: 'late', time: 1040, attributes: {} },
    ],
    status: { code: 'ERROR', message: 'first' },
  });
  const second = projection({
    name: 'second',
    facts: { shared: 'second', usage: 3 },
    content: { messages: '[]' },
    events: [
      { name: 'early', time: 1010, attributes: {} },
      { name: 'exception', time: 1050, attributes: { of: 'second' } },
    ],
  });
  const [span, ...more] = end([first, second]);
  expect(more).toEqual([]);
  expect(span).toMatchObject({ name: 'first', status: { code: 'ERROR', message: 'first' } });
  expect(Object.entries(span?.attributes ?? {})).toEqual([
    ['model', 'm'],
    ['shared', 'first'],
    ['usage', 3],
    ['text', 'long'],
    ['messages', '[]'],
  ]);
  expect(span?.events).toEqual([
    { name: 'early', time: 1010, attributes: {} },
    { name: 'late', time: 1040, attributes: {} },
    { name: 'exception', time: 1050, attributes: { of: 'first' } },
  ]);
});

test('nothing is projected for a span that nobody exports', () => {
  const never: SpanConvention = () => {
    throw new Error('projected');
  };
  expect(end([never], false)).toEqual([]);
});
