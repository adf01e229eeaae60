import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPlan } from '../../bench/lib/plan.mjs';
import { targetsIn } from '../../bench/lib/targets.mjs';

describe('a run that publishes', () => {
  test('measures every scenario in full, with the idle streams that the bar is worded for', () => {
    const plan = readPlan([]);
    expect(plan.publishes).toBe(true);
    expect(plan.targetNames).toEqual(['none', 'noop', 'us', 'hidden', 'workers']);
    expect(plan.scenarios.find(({ name }) => name === 'idle-streams')).toMatchObject({ streams: 10_000, repeats: 2 });
  });

  test('compares the modes at loads that an observer can take', () => {
    const plan = readPlan(['--modes']);
    expect(plan).toMatchObject({ modes: true, publishes: true, targetNames: ['none', 'us', 'observe', 'pair'] });
    expect(plan.warmUpJob.callsPerSecond).toBeGreaterThan(0);
    expect(plan.scenarios.map(({ name }) => name)).toEqual(['small-json-paced', 'stream-paced']);
  });
});

test.each([
  [['--quick']],
  [['--only', 'small-json-1']],
  [['--targets', 'noop,us']],
  [['--rounds', '1']],
  [['--envoy-config', 'envoy.yaml']],
  [['--profile', 'profiles']],
  [['--modes', '--quick']],
])('%s prints and writes nothing', (flags) => {
  expect(readPlan(flags).publishes).toBe(false);
});

test('a quick run makes less of everything', () => {
  const [full, quick] = [readPlan([]), readPlan(['--quick'])];
  expect(quick.rounds).toBeLessThan(full.rounds);
  for (const [index, scenario] of quick.scenarios.entries()) {
    const whole = full.scenarios[index];
    expect((scenario.passes ?? 0) + (scenario.streams ?? 0)).toBeLessThan((whole?.passes ?? 0) + (whole?.streams ?? 0));
  }
});

test.each([
  [['--only', 'small-json'], /--only: "small-json" is not one of small-json-1,/],
  [['--targets', 'us,them'], /--targets: "them" is not one of none,/],
  [['--modes', '--targets', 'noop'], /--targets: "noop" is not one of none, us, observe, pair/],
  [['--rounds', '0'], /--rounds: "0" is not a whole number/],
  [['--against', '/nowhere'], /--against: \/nowhere has no dist\/main.js; run/],
])('%s is refused', (flags, message) => {
  expect(() => readPlan(flags)).toThrow(message);
});

test('the build of another clone is measured beside the chosen targets, and not published', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-plan-'));
  try {
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist', 'main.js'), '');
    const plan = readPlan(['--targets', 'us', '--against', folder]);
    expect(plan).toMatchObject({ targetNames: ['us', 'other'], otherFolder: folder, publishes: false });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a target is measured where its scenarios and it allow it', () => {
  const names = ['none', 'noop', 'us', 'workers'];
  expect(targetsIn({ name: 'small-json-16' }, names)).toEqual(names);
  expect(targetsIn({ name: 'idle-streams', without: ['none'] }, names)).toEqual(['noop', 'us']);
});
