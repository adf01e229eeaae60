import { fileURLToPath } from 'node:url';
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const PROTOS = fileURLToPath(new URL('../../../envoy-protos', import.meta.url));
const contract = loadSync('envoy/service/ext_proc/v3/external_processor.proto', { includeDirs: [PROTOS] });
const service = /** @type {import('@grpc/grpc-js').ServiceDefinition} */ (
  contract['envoy.service.ext_proc.v3.ExternalProcessor']
);
const Client = makeGenericClientConstructor(service, 'ExternalProcessor');

const MODEL = 'honest';
const REQUEST = JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'Hello' }] });
const ANSWER = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: MODEL,
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
});
/** A reply that has not come by then is lost. */
const LOST_MILLIS = 30_000;

const block = (/** @type {Record<string, string>} */ headers) => ({
  headers: { headers: Object.entries(headers).map(([key, value]) => ({ key, rawValue: Buffer.from(value) })) },
});
const MESSAGES = [
  {
    requestHeaders: block({ ':method': 'POST', ':path': '/v1/chat/completions', 'content-type': 'application/json' }),
    protocolConfig: {},
  },
  { requestBody: { body: Buffer.from(REQUEST), endOfStream: true } },
  { responseHeaders: block({ ':status': '200', 'content-type': 'application/json' }) },
  { responseBody: { body: Buffer.from(ANSWER), endOfStream: true } },
];

/**
 * A client that makes one ordinary call at a time, as Envoy would show it; `call` resolves to how long each reply took, in milliseconds.
 *
 * @param {number} port
 */
export function connectClient(port) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return {
    /** @returns {Promise<number[]>} */
    async call() {
      const stream = /** @type {any} */ (client)['Process']();
      stream.on('error', () => undefined);
      /** @type {number[]} */
      const waits = [];
      for (const message of MESSAGES) {
        const begin = performance.now();
        await new Promise((resolve, reject) => {
          const lost = setTimeout(() => reject(new Error('no reply')), LOST_MILLIS);
          stream.once('data', () => {
            clearTimeout(lost);
            resolve(undefined);
          });
          stream.once('status', (/** @type {unknown} */ status) => reject(new Error(JSON.stringify(status))));
          stream.write(message);
        });
        stream.removeAllListeners('status');
        waits.push(performance.now() - begin);
      }
      stream.cancel();
      return waits;
    },
    close: () => client.close(),
  };
}
