import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ProcessingRequest } from '../../src/wire/messages.js';
import { eventually } from '../support/eventually.js';
import { startTestSidecar } from '../support/sidecar.js';
import { type BareServer, startBareServer } from './support/bare-server.js';
import { connectClient } from './support/ext-proc-client.js';
import {
  chatAnswer,
  chatRequest,
  requestBody,
  requestHeaders,
  responseBody,
  responseHeaders,
} from './support/messages.js';
import { recordOf, talkTo } from './support/talk.js';

let server: BareServer;

beforeAll(async () => {
  // time enough for a decoder on a busy machine
  const env = { GENAI_EXTPROC_DECODE_WAIT_MILLIS: '5000', GENAI_EXTPROC_REPLY_MILLIS: '8000' };
  server = await startBareServer({ env });
});
afterAll(() => server.shutdown());
beforeEach(() => {
  server.records.length = 0;
});

const oneRecord = () => recordOf(server);
const talk = (messages: readonly ProcessingRequest[]) => talkTo(server, messages);

const CALL = [
  requestHeaders(),
  requestBody(chatRequest('m'), true),
  responseHeaders(),
  responseBody(chatAnswer('m'), true),
];

describe('modes', () => {
  test.each([
    ['FULL_DUPLEX_STREAMED requests', { requestBodyMode: 4 }, 'FULL_DUPLEX_STREAMED'],
    ['FULL_DUPLEX_STREAMED answers', { responseBodyMode: 4 }, 'FULL_DUPLEX_STREAMED'],
    ['a mode that is newer than this', { requestBodyMode: 5, responseBodyMode: 5 }, 'unknown mode 5'],
  ])(
    '%s cannot be served: the stream is ended with a status that says why, without a reply',
    async (_name, protocolConfig, told) => {
      const ended = server.counters.values['streams.unsupported_mode'];
      const stream = server.open();
      stream.send(requestHeaders({}, { protocolConfig }));
      stream.send(requestBody(chatRequest('m'), true));
      const end = await stream.ended;
      expect(end.code).toBe(status.UNIMPLEMENTED);
      expect(end.details).toContain('allow_mode_override');
      expect(stream.replies).toEqual([]);
      expect(server.counters.values['streams.unsupported_mode']).toBe(ended + 1);
      expect(server.refusedModes.at(-1)).toBe(told);
      expect(server.records).toEqual([]);
    },
  );

  test('a refused mode is logged once a window, with what to do about it', async () => {
    const warnings: [object, string][] = [];
    const log = {
      debug() {},
      info() {},
      error() {},
      warn: (fields: object, message: string) => void warnings.push([fields, message]),
    };
    const sidecar = await startTestSidecar({}, { log });
    const client = connectClient(sidecar.address);
    for (const protocolConfig of [{ requestBodyMode: 4 }, { responseBodyMode: 4 }]) {
      const stream = client.open();
      stream.send(requestHeaders({}, { protocolConfig }));
      await stream.ended;
    }
    client.close();
    await sidecar.close();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.[0]).toMatchObject({ mode: 'FULL_DUPLEX_STREAMED' });
    expect(warnings[0]?.[1]).toMatch(/processing_mode.*STREAMED.*NONE with allow_mode_override/);
  });

  test.each([1, 2, 3])('static body mode %d: nothing is overridden', async (mode) => {
    const protocolConfig = { requestBodyMode: mode, responseBodyMode: mode };
    const { replies } = await talk([requestHeaders({}, { protocolConfig }), ...CALL.slice(1)]);
    expect(replies[0]?.modeOverride).toBeUndefined();
    expect(await oneRecord()).toMatchObject({ usage: { total: 8 } });
  });

  test('static mode, a path of no interest: answered once, then ended', async () => {
    const stream = server.open();
    stream.send(
      requestHeaders({ ':path': '/v1/files' }, { protocolConfig: { requestBodyMode: 1, responseBodyMode: 1 } }),
    );
    expect((await stream.ended).code).toBe(status.OK);
    expect(stream.replies).toEqual([{ requestHeaders: {} }]);
    expect(server.records).toEqual([]);
  });

  test('observability mode: no reply, one record, ended at the end of the answer', async () => {
    const stream = server.open();
    for (const message of CALL) stream.send({ ...message, observabilityMode: true });
    expect((await stream.ended).code).toBe(status.OK);
    expect(stream.replies).toEqual([]);
    expect(await oneRecord()).toMatchObject({ requestModel: 'm', usage: { total: 8 } });
    expect(server.records).toHaveLength(1);
  });

  test('observability mode, compressed: ended once the decoder is through', async () => {
    const stream = server.open();
    const messages = [
      ...CALL.slice(0, 2),
      responseHeaders({ 'content-encoding': 'gzip' }),
      responseBody(gzipSync(chatAnswer('m'))),
      responseBody(undefined, true),
    ];
    for (const message of messages) stream.send({ ...message, observabilityMode: true });
    await stream.ended;
    expect(stream.replies).toEqual([]);
    expect(await oneRecord()).toMatchObject({ usage: { total: 8 } });
  });

  test.each([
    ['bodyless answer', [...CALL.slice(0, 2), responseHeaders({ ':status': '503' }, { end: true })], 1],
    ['trailers', [...CALL.slice(0, 3), responseBody(chatAnswer('m')), { responseTrailers: {} }], 1],
    ['path of no interest', [requestHeaders({ ':path': '/x' })], 0],
  ])('observability mode, %s: the stream does not stay open', async (_name, messages, records) => {
    const stream = server.open();
    for (const message of messages) stream.send({ ...message, observabilityMode: true });
    await stream.ended;
    expect(stream.replies).toEqual([]);
    await eventually(() => server.records.length === records);
  });
});
