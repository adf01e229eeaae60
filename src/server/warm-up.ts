import type { Exchange } from '../exchange/exchange.js';
import type { MessageKind } from '../wire/messages.js';
import type { ReplyEncoder } from '../wire/replies.js';

/** Rounds: enough for the code to be loaded and compiled, some tens of milliseconds. */
const ROUNDS = 50;

const REQUEST = Buffer.from('{"model":"warm-up","messages":[{"role":"user","content":"hello"}]}');
const ANSWER = Buffer.from(
  '{"model":"warm-up","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"hello"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}',
);

/**
 * Runs made-up calls through the hot path before the first real one, which would otherwise pay for loading it: some 50 ms, a fifth of
 * Envoy's `message_timeout`. `createExchange` must give exchanges that record nothing.
 */
export function warmUp(createExchange: () => Exchange, encodeReply: ReplyEncoder): void {
  const attribute = () => undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    const exchange = createExchange();
    const answer = (kind: MessageKind, reply: ReturnType<Exchange['responseBody']>) => {
      if (!(reply instanceof Promise)) encodeReply(kind, reply);
    };
    answer(
      'requestHeaders',
      exchange.requestHeaders(rawHeaders({ ':method': 'POST', ':path': '/v1/chat/completions' }), false, attribute),
    );
    answer('requestBody', exchange.requestBody(REQUEST, true, attribute));
    answer(
      'responseHeaders',
      exchange.responseHeaders(rawHeaders({ ':status': '200', 'content-type': 'application/json' }), false, attribute),
    );
    answer('responseBody', exchange.responseBody(ANSWER, true, attribute));
    exchange.close();
  }
}

function rawHeaders(headers: Record<string, string>) {
  return Object.entries(headers).map(([key, value]) => ({ key, rawValue: Buffer.from(value) }));
}
