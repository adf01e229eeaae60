import { number, table } from '../../bench/lib/table.mjs';
import { plot } from './plot.mjs';
import { GROWTHS } from './verdict.mjs';

const COLORS = { heap: '#1a7f37', external: '#b35900', resident: '#0550ae' };

/** The picture of a run. */
export function picture({ samples, warmUpSeconds }) {
  const line = (name, color, pick) => ({
    name,
    color,
    points: samples.map((sample) => ({ x: sample.seconds / 60, y: pick(sample) })),
  });
  const rates = samples.slice(1).map((sample, index) => ({
    x: sample.seconds / 60,
    y: (sample.finished - samples[index].finished) / (sample.seconds - samples[index].seconds),
  }));
  return plot({
    title: 'npm run soak: what the sidecar holds (grey: warm-up)',
    warmUpMinutes: warmUpSeconds / 60,
    panels: [
      { title: 'Memory', unit: 'MB', lines: GROWTHS.map(({ name, pick }) => line(name, COLORS[name], pick)) },
      { title: 'Calls so far', unit: 'thousands', lines: [line('calls', '#6639ba', (sample) => sample.calls / 1000)] },
      { title: 'Calls finished', unit: 'a second', lines: [{ name: 'rate', color: '#6639ba', points: rates }] },
    ],
  });
}

/** The table of bars. */
export function barTable(bars) {
  const rows = bars.map(({ what, found, held }) => [what, found, held ? 'yes' : 'NO']);
  return table(['what must hold', 'found', 'held'], rows, ['l', 'r', 'l']);
}

/** The table of growth. */
export function growthTable(growth) {
  const rows = growth.map((row) => [
    row.title,
    number(row.first),
    number(row.last),
    `${row.perHour.toFixed(1)} ± ${row.perHourMargin.toFixed(1)}`,
    `${row.perCalls.toFixed(3)} ± ${row.perCallsMargin.toFixed(3)}`,
  ]);
  return table(['MB', 'first', 'last', 'slope an hour', 'slope per 10,000 calls'], rows, ['l', 'r', 'r', 'r', 'r']);
}

/** The page `docs/soak.md`. */
export function page({ command, date, machine, samples, behind, growth, bars, end, rate, warmUpSeconds }) {
  const kinds = Object.entries(end.kinds).map(([name, count]) => [name, count.toLocaleString('en-US')]);
  const minutes = (samples.at(-1).seconds / 60).toFixed(1);
  return `# Soak

Written by \`${command}\` on ${date}; a rerun replaces this page, so do not edit it.

${end.calls.toLocaleString('en-US')} GenAI calls and ${(end.started - end.calls).toLocaleString('en-US')} others in ${minutes} minutes, through a real Envoy.

![memory, calls and rate over time](images/soak.svg)

## What must hold

${barTable(bars)}

## Growth

${growthTable(growth)}

Straight lines through ${behind.length} samples behind the first ${Math.round(warmUpSeconds)} s, in which code is compiled and caches and metric series are made; ± is
half the 95 % confidence interval. A line is too steep when it is over 1 MB per 10,000 calls by more than that interval.

## How it is measured

One Envoy with one worker and the recommended configuration, its timers for the sidecar lengthened; the built sidecar as a process with all signals exported (OTLP http/protobuf) to a sink
that counts; an upstream and a client of their own, ${rate} calls started a second. At each sample the client opens some streams that the upstream
holds, lets all other calls end, and then sidecar, Envoy and client must agree on what is open and what was counted. Then the sidecar's garbage is
collected (a preload asks for it; production code is as it is) and its memory read; the held streams are let go and the traffic goes on.

## Calls

${table(['kind', 'calls'], kinds, ['l', 'r'])}

## Machine

${table(['', ''], machine, ['l', 'l'])}
`;
}
