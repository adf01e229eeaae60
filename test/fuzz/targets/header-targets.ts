import { parseSettings } from '../../../src/config/parse-settings.js';
import { viewHeaders } from '../../../src/exchange/header-view.js';
import { mapHeaders } from '../../../src/exchange/mapped-headers.js';
import type { CallTrace } from '../../../src/model/trace.js';
import { parsePriceFile } from '../../../src/pricing/price-file.js';
import { createPriceTable } from '../../../src/pricing/price-table.js';
import { readBaggage } from '../../../src/telemetry/baggage.js';
import { createHeaderWriter } from '../../../src/telemetry/trace-headers.js';
import { createParentReader, type HeaderReader } from '../../../src/telemetry/trace-parent.js';
import type { FuzzTarget } from '../engine/fuzz-target.js';
import { assertSame, assertThat, bytesOf } from './assert.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';
const PROPAGATORS = ['tracecontext', 'b3', 'b3multi', 'baggage'] as const;

/** `name: value` lines as headers; the first byte of the input chooses the propagators. */
function headersOf(input: Buffer): HeaderReader {
  const lines = input.subarray(1).toString('latin1').split('\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, Math.max(0, colon)), line.slice(colon + 1).trim()] as const;
    }),
  );
  return (name) => headers.get(name);
}

const traceContext: FuzzTarget = {
  name: 'trace-context',
  seeds: () =>
    [
      `\x01traceparent:00-${TRACE_ID}-${SPAN_ID}-01\ntracestate:a=1,b@c=2`,
      `\x02b3:${TRACE_ID}-${SPAN_ID}-1-${SPAN_ID}`,
      `\x07x-b3-traceid:${TRACE_ID}\nx-b3-spanid:${SPAN_ID}\nx-b3-sampled:1\nx-b3-flags:1\nx-b3-parentspanid:${SPAN_ID}`,
      '\x02b3:0',
    ].map((text) => Buffer.from(text, 'latin1')),
  words: [TRACE_ID, SPAN_ID, 'traceparent:', 'tracestate:', 'b3:', 'x-b3-traceid:', '\n', '-', 'cc-', '0'.repeat(32)],
  run(input) {
    const read = headersOf(input);
    const chosen = PROPAGATORS.filter((_, index) => ((input[0] ?? 0) >> index) & 1);
    const parent = createParentReader(chosen)(read);
    if (parent) {
      const { traceId, spanId } = parent.context;
      assertThat(/^[0-9a-f]{32}$/.test(traceId) && !/^0+$/.test(traceId), `the trace id is one: ${traceId}`);
      assertThat(/^[0-9a-f]{16}$/.test(spanId) && !/^0+$/.test(spanId), `the span id is one: ${spanId}`);
    }
    for (const sampled of [true, false]) {
      const headers = createHeaderWriter(chosen)({ traceId: TRACE_ID, spanId: SPAN_ID, sampled }, parent, read);
      const bad = headers.filter(([, value]) => !/^[0-9a-f-]*$/.test(value));
      assertSame(bad, [], 'header values of ids and digits only');
    }
  },
};

const baggage: FuzzTarget = {
  name: 'baggage',
  seeds: () =>
    ['session.id=abc%20d;p=1,other=2', 'session.id=%ff,session.id=x', `a=${'x'.repeat(5000)},session.id=1`].map(
      bytesOf,
    ),
  words: ['session.id=', ',', ';', '=', '%', '%00', '%ff', 'x'.repeat(4096)],
  run(input) {
    const value = readBaggage(input.toString('latin1'), 'session.id');
    assertThat(value === undefined || value.length <= 8192, 'the value is within the limit');
  },
};

const headerMapping: FuzzTarget = {
  name: 'header-mapping',
  seeds: () => ['x-user:user.id,agent-session-id:session.id', 'a:b,a:c', '', ' x : y ,'].map(bytesOf),
  words: [':', ',', 'agent-session-id', 'session.id', '__proto__', ' '],
  run(input) {
    const text = input.toString('utf8');
    const env = { OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES: text };
    const parsed = parseSettings({ argv: [], env, readFile: () => '' });
    if (!parsed.ok) {
      assertThat(parsed.problems.length > 0, 'a refusal has a reason');
      return;
    }
    const mapping = parsed.settings.headerMapping;
    const pairs = [...mapping.span, ...mapping.metrics, ...mapping.log];
    assertSame(
      pairs.filter(({ header, attribute }) => header === '' || attribute === '' || header !== header.toLowerCase()),
      [],
      'pairs of lower-case headers and attributes',
    );
    const headers = pairs.map(({ header }) => ({ key: header, rawValue: Buffer.from(text) }));
    const trace = { baggage: () => undefined } as unknown as CallTrace;
    const mapped = mapHeaders(mapping, viewHeaders(headers), trace, 50);
    const values = [...mapped.span, ...mapped.metrics, ...mapped.log].map(([, value]) => value);
    assertThat(
      values.every((value) => value !== '' && value.length <= 50),
      'values are within their limit',
    );
  },
};

const PRICES = `match: prefix
providers:
- provider: openai
  prefix-match: [gpt]
  models:
  - {name: gpt-4o, aliases: [g4], input-estimated-cost-per-m: 2.5, output-estimated-cost-per-m: 10, cached-input-estimated-cost-per-m: 1}
`;

const priceFile: FuzzTarget = {
  name: 'price-file',
  seeds: () =>
    [PRICES, JSON.stringify({ providers: [] }), 'providers: &a [*a]', 'a: &a [1,1]\nb: &b [*a,*a]'].map(bytesOf),
  words: [
    'providers:',
    '- ',
    '&a ',
    '*a',
    '[',
    ']',
    '{',
    '}',
    '\n',
    '  ',
    '.inf',
    '.nan',
    '-1',
    '1e308',
    '!!set',
    '<<: *a',
    '"',
    '__proto__',
  ],
  run(input) {
    const parsed = parsePriceFile(input.toString('utf8'));
    if (!parsed.ok) {
      assertThat(parsed.problems.length > 0, 'a refusal has a reason');
      return;
    }
    const table = createPriceTable(parsed.prices);
    const usage = { input: 1000, output: 500, cachedInput: 2000, reasoning: 700 };
    for (const model of ['gpt-4o', 'gpt-4o-2026-01-31', 'g4', 'x', undefined]) {
      const cost = table.costOf('openai', model, usage);
      if (!cost) continue;
      const figures = [cost.prompt, cost.completion, cost.total];
      assertThat(
        figures.every((figure) => Number.isFinite(figure) && figure >= 0),
        `a cost is an amount: ${figures}`,
      );
    }
  },
};

export const HEADER_TARGETS: readonly FuzzTarget[] = [traceContext, baggage, headerMapping, priceFile];
