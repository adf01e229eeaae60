import type { AnswerEnd, ExchangeCase } from '../../support/exchange-case.js';

/** Between the request and the answer of an input. */
const BETWEEN = '\n=====\n';
const ENDS: readonly AnswerEnd[] = ['complete', 'trailers', 'cut'];

/**
 * One exchange as bytes that a person can read and mutations can change: `POST /path`, header lines, an empty line and the body; then, after a
 * line of `=====`, `200 complete` (or `trailers`, `cut`) and the same of the answer.
 */
export function writeExchange({ request, response }: ExchangeCase): Buffer {
  const first = `${request.method ?? 'POST'} ${request.path ?? '/v1/chat/completions'}`;
  const asked = message(first, request.headers, request.body);
  if (!response) return asked;
  const headers = { 'content-type': 'application/json', ...response.headers };
  const second = `${response.status ?? 200} ${response.end ?? 'complete'}`;
  return Buffer.concat([asked, Buffer.from(BETWEEN), message(second, headers, response.body)]);
}

function message(first: string, headers: Record<string, string> = {}, body: string | Uint8Array = ''): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`);
  return Buffer.concat([Buffer.from(`${first}\n${lines.join('')}\n`), Buffer.from(body as string)]);
}

/** The exchange of an input; what an input does not say is as in a plain call. Never throws. */
export function readExchange(input: Buffer, path: string): ExchangeCase {
  const place = input.indexOf(BETWEEN);
  const request = readMessage(place === -1 ? input : input.subarray(0, place));
  const answer = place === -1 ? undefined : readMessage(input.subarray(place + BETWEEN.length));
  const [method = 'POST', asked = path] = request.first.split(' ');
  const [status = '200', end = ''] = answer?.first.split(' ') ?? [];
  return {
    name: 'fuzz',
    request: { method, path: asked, headers: request.headers, body: request.body },
    ...(answer && {
      response: {
        status: /^[1-5]\d\d$/.test(status) ? Number(status) : 200,
        headers: answer.headers,
        body: answer.body,
        end: ENDS.find((one) => one === end) ?? 'complete',
      },
    }),
    expected: 'ignored',
  };
}

function readMessage(bytes: Buffer): { first: string; headers: Record<string, string>; body: Buffer } {
  const end = bytes.indexOf('\n\n');
  const head = (end === -1 ? bytes : bytes.subarray(0, end)).toString('latin1');
  const [first = '', ...lines] = head.split('\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    // Envoy's names are lower case; pseudo headers are its own
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { first, headers, body: end === -1 ? Buffer.alloc(0) : bytes.subarray(end + 2) };
}
