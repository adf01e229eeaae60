import { describe, expect, it, vi } from 'vitest';
import { createHeldContent, type LetGo } from '../../src/exchange/held-content.js';
import { Counters } from '../../src/util/counters.js';
import { eventually } from '../support/eventually.js';

const LIMIT = 1000;

/** A book, and calls in it that remember what they were told. */
function bookOf() {
  const counters = new Counters();
  const errors: unknown[] = [];
  const held = createHeldContent(LIMIT, counters, (error) => void errors.push(error));
  return {
    held,
    errors,
    gauges: counters.gauges,
    open(rest: Partial<Record<LetGo, number>> = {}) {
      const told: LetGo[] = [];
      const account = held.open((what) => {
        told.push(what);
        return rest[what] ?? 0;
      });
      return { account, told };
    },
  };
}

describe('what open calls hold together', () => {
  it('has the calls that are open for longest let their content go when it is too much', () => {
    const { open, gauges } = bookOf();
    const calls = Array.from({ length: 12 }, () => open());
    for (const { account } of calls.slice(0, 10)) account.set(100);
    expect(calls.flatMap(({ told }) => told)).toEqual([]);
    expect(gauges).toMatchObject({ 'calls.held': 1000, 'calls.open': 12 });
    calls[10]?.account.set(100);
    expect(calls.map(({ told }) => told.join())).toEqual(['content', 'content', ...Array(10).fill('')]);
    expect(gauges['calls.held']).toBe(900);
  });

  it('has them let everything go when content alone does not make room', () => {
    const { open, gauges } = bookOf();
    const calls = Array.from({ length: 4 }, () => open({ content: 300, everything: 10 }));
    for (const { account } of calls) account.set(300);
    expect(gauges['calls.held']).toBeLessThanOrEqual(LIMIT);
    expect(calls[0]?.told).toEqual(['content', 'everything']);
    // what cannot go stays: nobody is asked a third time
    for (const { account } of calls) account.set(5000);
    for (const { account } of calls) account.set(5000);
    expect(calls.map(({ told }) => told.join())).toEqual(Array(4).fill('content,everything'));
  });

  it('has every call let go when it is told so, in turns, and asks none that closed or opened meanwhile', async () => {
    const { open, held, gauges } = bookOf();
    const calls = Array.from({ length: 50 }, () => open());
    for (const { account } of calls) account.set(10);
    held.letAllGo();
    calls[7]?.account.close();
    const late = open();
    late.account.set(10);
    await eventually(() => gauges['calls.held'] === 10);
    expect(calls.map(({ told }) => told.length).filter((count) => count !== 1)).toEqual([0]);
    expect(late.told).toEqual([]);
  });

  it('counts a call that is over no more, whatever it says afterwards', () => {
    const { open, gauges } = bookOf();
    const { account } = open();
    account.set(500);
    account.close();
    account.close();
    account.set(700);
    expect(gauges).toMatchObject({ 'calls.held': 0, 'calls.open': 0 });
  });

  it("does not hand a call's own error to the call that needed room", () => {
    const { held, errors } = bookOf();
    const broken = held.open(() => {
      throw new Error('broken');
    });
    broken.set(900);
    const letGo = vi.fn(() => 0);
    expect(() => held.open(letGo).set(900)).not.toThrow();
    expect(errors).toHaveLength(1);
    expect(letGo).toHaveBeenCalledTimes(1);
  });
});
