import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMultipart } from '../../../src/decode/multipart.js';
import type { Endpoint } from '../../../src/endpoints/endpoint.js';
import { ENDPOINTS, findEndpoint } from '../../../src/endpoints/registry.js';
import { BYTE_BY_BYTE, type Cutting, type Driven, driveExchange, IN_ONE_PIECE } from '../../support/drive-exchange.js';
import type { ExchangeCase } from '../../support/exchange-case.js';
import type { FuzzTarget } from '../engine/fuzz-target.js';
import { cutByContent } from '../engine/random.js';
import { assertSame, assertThat } from './assert.js';
import { readExchange, writeExchange } from './exchange-input.js';

const TABLES = fileURLToPath(new URL('../../endpoints', import.meta.url));
/** Bytes up to which a message for every byte is worth its time. */
const SMALL = 300;
const RANDOM: Cutting = { request: cutByContent, response: cutByContent, endAlone: true, deferred: 'after' };

/** The cases of every table below test/endpoints. */
async function readCases(): Promise<ExchangeCase[]> {
  const paths = readdirSync(TABLES, { recursive: true }).map(String);
  const modules = await Promise.all(
    paths.filter((path) => path.endsWith('-cases.ts')).map((path) => import(`${TABLES}/${path}`)),
  );
  return modules.flatMap(
    (module) =>
      Object.values(module as object)
        .filter(Array.isArray)
        .flat() as ExchangeCase[],
  );
}

const CASES = await readCases();

/** The words of every case: names and short texts. */
function wordsOf(seeds: readonly Buffer[]): string[] {
  const texts = seeds.map((seed) => seed.toString('utf8')).join('\n');
  const words = new Set(texts.match(/"[\w.:[\]/-]{1,40}"(?:\s*:)?/g));
  return [
    ...words,
    'data: ',
    '\n\n',
    '{',
    '}',
    '[',
    ']',
    'null',
    '{}',
    '[]',
    'gzip',
    'br',
    'zstd',
    'content-encoding: ',
  ];
}

/** A whole exchange with one endpoint, however it is cut. */
function createEndpointTarget(endpoint: Endpoint): FuzzTarget {
  const path = `/v1${endpoint.suffixes[0]}`;
  const seeds = CASES.filter(
    ({ request }) => findEndpoint('POST', request.path ?? '/v1/chat/completions') === endpoint,
  ).map(writeExchange);
  return {
    name: `endpoint${endpoint.suffixes[0]!.replaceAll(/[/_]/g, '-')}`,
    seeds: () => seeds,
    words: wordsOf(seeds),
    async run(input) {
      const one = readExchange(input, path);
      const whole = check(await driveExchange(one, IN_ONE_PIECE));
      const cut = check(await driveExchange(one, RANDOM));
      if (readsAlike(one)) assertSame(whatWasSeen(cut), whatWasSeen(whole), 'a split');
      if (input.length > SMALL) return;
      const slow = check(await driveExchange(one, BYTE_BY_BYTE));
      if (readsAlike(one)) assertSame(whatWasSeen(slow), whatWasSeen(whole), 'a message for every byte');
    },
  };
}

/**
 * Whether a split may not matter: of a body in a coding what comes out before an error depends on it, and behind a broken part of a form
 * the library goes on where its chunk ends.
 */
function readsAlike({ request, response }: ExchangeCase): boolean {
  const coded = [request.headers, response?.headers].some((headers) => headers?.['content-encoding']);
  return !coded && !isMultipart(request.headers?.['content-type']);
}

/** What holds for any exchange. */
function check(driven: Driven): Driven {
  if (driven.errors[0]) throw driven.errors[0];
  assertThat(driven.records.length <= 1, 'a call has one record at the most');
  const ignored = driven.replies.some((reply) => reply.end) || !driven.replies[0]?.observe;
  assertSame([driven.records.length, driven.spans.length], ignored ? [0, 0] : [1, 1], 'one record and one span a call');
  assertSame(driven.counters.values['calls.recorded'], driven.records.length, 'the count of calls');
  for (const value of Object.values(driven.metadata)) {
    assertThat(typeof value !== 'number' || Number.isFinite(value), 'metadata holds numbers only');
  }
  JSON.stringify(driven.spans);
  return driven;
}

/** What must not depend on the cutting. */
function whatWasSeen({ records, spans }: Driven): unknown {
  const [record] = records;
  return {
    facts: record && { ...record, trace: undefined, request: undefined, response: undefined, headers: undefined },
    texts: record && [record.request.text(), record.response.text()],
    spans,
  };
}

export const ENDPOINT_TARGETS: readonly FuzzTarget[] = ENDPOINTS.map(createEndpointTarget);
