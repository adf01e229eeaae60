import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import {
  answerOf,
  chatCompletion,
  chatEvents,
  chunkOf,
  headOf,
  LAST_CHUNK,
  SSE_HEAD,
} from '../support/openai-answers.js';
import { parsePrometheus, sumOf } from '../support/prometheus-page.js';
import { askRaw, rawRequest } from '../support/raw-http.js';
import type { UpstreamScript } from '../support/scripted-upstream.js';
import { type ListenerParts, type Part, TYPES } from './support/gateway-config.js';
import { type Mark, type Stage, startStage } from './support/stage.js';

/** Ways to attach the sidecar other than the recommended one. */
let stage: Stage;

const FULL = {
  request_header_mode: 'SEND',
  request_body_mode: 'STREAMED',
  response_header_mode: 'SEND',
  response_body_mode: 'STREAMED',
  request_trailer_mode: 'SEND',
  response_trailer_mode: 'SEND',
};
const FULL_DUPLEX = { ...FULL, request_body_mode: 'FULL_DUPLEX_STREAMED', response_body_mode: 'FULL_DUPLEX_STREAMED' };

/** A filter that refuses with 429 whatever has the header `x-refuse`. */
const REFUSING = {
  name: 'envoy.filters.http.fault',
  typed_config: {
    '@type': `${TYPES}.filters.http.fault.v3.HTTPFault`,
    abort: { http_status: 429, percentage: { numerator: 100 } },
    headers: [{ name: 'x-refuse', present_match: true }],
  },
};

const withoutOverride = (filter: Part) => {
  delete filter['allow_mode_override'];
  delete filter['allowed_override_modes'];
};
/** The filter is silent, but for the LLM route. */
const perRoute = (mode: Part) => (parts: ListenerParts) => {
  withoutOverride(parts.filter);
  for (const route of parts.routes.filter(({ name }) => name === 'llm')) {
    const perFilter = {
      '@type': `${TYPES}.filters.http.ext_proc.v3.ExtProcPerRoute`,
      overrides: { processing_mode: mode },
    };
    route['typed_per_filter_config'] = { 'genai.observe': perFilter };
  }
};
const refuseFirst = ({ manager }: ListenerParts) => void manager.http_filters.unshift(REFUSING);
const refuseLast = ({ manager }: ListenerParts) => void manager.http_filters.splice(-1, 0, REFUSING);

beforeAll(async () => {
  stage = await startStage({
    perRoute: { change: perRoute(FULL) },
    perRouteRefusing: {
      change(parts) {
        perRoute(FULL)(parts);
        refuseFirst(parts);
      },
    },
    buffered: {
      change: perRoute({ ...FULL, request_body_mode: 'BUFFERED', response_body_mode: 'BUFFERED' }),
    },
    static: {
      change({ filter }) {
        withoutOverride(filter);
        filter['processing_mode'] = FULL;
      },
    },
    duplex: {
      change({ filter }) {
        withoutOverride(filter);
        filter['processing_mode'] = FULL_DUPLEX;
      },
    },
    observing: {
      change({ filter }) {
        withoutOverride(filter);
        filter['processing_mode'] = FULL;
        filter['observability_mode'] = true;
      },
    },
    refusingFirst: { change: refuseFirst },
    refusingLast: { change: refuseLast },
  });
});
afterAll(() => stage?.close());

const ask = (mark: Mark, run: UpstreamScript, variant: string, headers: Record<string, string> = {}, path?: string) =>
  askRaw(
    stage.port(variant),
    rawRequest(
      'POST',
      `${path ?? '/v1/chat/completions'}?t=${mark.id}`,
      { 'x-script': stage.upstream.script(run), 'content-type': 'application/json', ...headers },
      JSON.stringify({ model: mark.model, messages: [{ role: 'user', content: 'Hi' }] }),
    ),
  );
const json =
  (mark: Mark): UpstreamScript =>
  (exchange) =>
    exchange.write(answerOf(chatCompletion(mark.model)));
const stream =
  (mark: Mark): UpstreamScript =>
  async (exchange) => {
    await exchange.write(SSE_HEAD);
    for (const event of chatEvents(mark.model)) {
      await exchange.write(chunkOf(event));
      await exchange.pause(2);
    }
    await exchange.write(LAST_CHUNK);
  };

const NOTHING: UpstreamScript = () => undefined;

describe.each(['perRoute', 'static', 'buffered'])('%s', (variant) => {
  test('JSON and a stream: the same telemetry as by override', async () => {
    const [whole, streamed] = [stage.mark(), stage.mark()];
    const answer = await ask(whole, json(whole), variant, { traceparent: '' });
    expect(answer.body.toString()).toBe(chatCompletion(whole.model));
    expect(answer.headers).toContain(`content-length: ${answer.body.length}`);
    expect((await ask(streamed, stream(streamed), variant)).body.toString()).toBe(chatEvents(streamed.model).join(''));
    for (const mark of [whole, streamed]) {
      const { span, row } = await stage.observe(mark, variant);
      expect(span.status.code).toBe('OK');
      expect(row).toMatchObject({ 'gen_ai.request.model': mark.model, 'gen_ai.usage.total_tokens': 31 });
    }
  });

  test('compressed', async () => {
    const mark = stage.mark();
    const body = gzipSync(chatCompletion(mark.model));
    const run: UpstreamScript = (exchange) => exchange.write(answerOf(body, { 'content-encoding': 'gzip' }));
    expect((await ask(mark, run, variant)).body.equals(body)).toBe(true);
    expect((await stage.observe(mark, variant)).row['gen_ai.usage.total_tokens']).toBe(31);
  });

  test('what is no GenAI call passes untouched, and its stream is ended after one message', async () => {
    const mark = stage.mark('not recorded');
    const body = 'x'.repeat(300_000);
    const received = stage.sidecar.counters.values['messages.received'];
    const answer = await ask(mark, (exchange) => exchange.write(answerOf(body)), variant, {}, '/v1/files');
    expect(answer.body.toString()).toBe(body);
    expect(await stage.row(mark)).toMatchObject({ trace_id: null, response_flags: '-' });
    // what Envoy had sent before it heard of the end is not looked at
    expect(stage.sidecar.counters.values['messages.received'] - received).toBe(1);
  });
});

describe('FULL_DUPLEX_STREAMED cannot be served', () => {
  test('a request without a body passes unobserved', async () => {
    const mark = stage.mark('not recorded');
    const script = stage.upstream.script(json(mark));
    const request = rawRequest('GET', `/v1/models?t=${mark.id}`, { 'x-script': script });
    const answer = await askRaw(stage.port('duplex'), request);
    expect(answer.body.toString()).toBe(chatCompletion(mark.model));
    expect(await stage.row(mark)).toMatchObject({ trace_id: null });
  });

  test('where Envoy has parted with bytes already, the client hears at once, and the access log says why', async () => {
    const mark = stage.mark('not recorded');
    const answer = await ask(mark, json(mark), 'duplex');
    expect(answer.statusLine).toContain('500');
    const row = await stage.row(mark);
    expect(row['trace_id']).toBeNull();
    expect(row['response_code_details']).toContain('FULL_DUPLEX_STREAMED');
    expect(stage.sidecar.counters.values['streams.unsupported_mode']).toBe(2);
  });
});

describe('observability mode', () => {
  /** Nothing of ours reaches the log in this mode. */
  const observed = async (mark: Mark) => {
    const attribute = 'llm.request.model_name';
    const span = await eventually(
      () => stage.sink.spans().find((candidate) => candidate.attributes[attribute] === mark.model),
      () => `no span of ${mark.model}`,
    );
    const samples = parsePrometheus(await (await fetch(`${stage.adminUrl()}/metrics`)).text());
    const labels = { gen_ai_original_model: mark.model };
    expect(sumOf(samples, 'gen_ai_server_request_duration_seconds_count', labels)).toBe(1);
    return span;
  };

  test.each([
    ['JSON', json],
    ['a stream', stream],
  ])('%s', async (_name, run) => {
    const mark = stage.mark();
    expect((await ask(mark, run(mark), 'observing')).body.toString()).toContain('Hel');
    const span = await observed(mark);
    expect(span.status.code).toBe('OK');
    expect(span.attributes['llm.token_count.total']).toBe(31);
  });

  test('a bodyless 503', async () => {
    const mark = stage.mark();
    await ask(mark, (exchange) => exchange.write(headOf('503 No', { 'content-length': '0' })), 'observing');
    expect((await observed(mark)).attributes['error.type']).toBe('503');
  });

  test('streams do not stay open until Envoy gives up', async () => {
    await eventually(async () => {
      const stats = await stage.envoy.stats();
      return stats.get('cluster.genai_sidecar.upstream_rq_active') === 0;
    });
  });
});

describe('another filter refuses', () => {
  const refuse = { 'x-refuse': '1' };

  test('before us: nothing of it reaches us', async () => {
    const mark = stage.mark('not recorded');
    const opened = stage.sidecar.counters.values['streams.opened'];
    expect((await ask(mark, NOTHING, 'refusingFirst', refuse)).statusLine).toContain('429');
    await stage.row(mark);
    expect(stage.sidecar.counters.values['streams.opened']).toBe(opened);
  });

  test('before us, on a route in full mode: a call, by the path that Envoy tells', async () => {
    const mark = stage.mark();
    expect((await ask(mark, NOTHING, 'perRouteRefusing', refuse)).statusLine).toContain('429');
    const row = await stage.row(mark);
    expect(row).toMatchObject({ error_type: '429', 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': null });
  });

  test('before us, on a route in full mode, a path of no interest: no call', async () => {
    const mark = stage.mark('not recorded');
    expect((await ask(mark, NOTHING, 'perRouteRefusing', refuse, '/v1/files')).statusLine).toContain('429');
    expect(await stage.row(mark)).toMatchObject({ trace_id: null, error_type: null });
  });

  test('behind us: a call with the status', async () => {
    const mark = stage.mark();
    expect((await ask(mark, NOTHING, 'refusingLast', refuse)).statusLine).toContain('429');
    const { span, row } = await stage.observe(mark, 'refusingLast');
    expect(span.attributes['error.type']).toBe('429');
    expect(row).toMatchObject({ error_type: '429', 'gen_ai.request.model': mark.model });
  });
});

describe('all of them', () => {
  test('every call gave exactly one span and one duration sample', () => stage.expectOneRecordPerCall());

  test('Envoy had no trouble with the observation', () =>
    stage.expectNoTrouble('perRoute', 'perRouteRefusing', 'buffered', 'static', 'observing', 'refusingLast'));
});
