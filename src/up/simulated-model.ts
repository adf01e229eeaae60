import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { asText, parseObject } from '../model/json.js';
import { createChatDialect, createCompletionDialect, type Dialect, SIMULATED_MODEL } from './simulated/dialects.js';
import { answerEmbeddings } from './simulated/embeddings.js';
import {
  type EmbeddingRequest,
  parseChatRequest,
  parseCompletionRequest,
  parseEmbeddingRequest,
  type Refusal,
  type TextRequest,
} from './simulated/requests.js';
import { answerText } from './simulated/text-answers.js';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** A running simulated model. */
export interface SimulatedModel {
  port: number;
  /** `http://127.0.0.1:PORT`, without a path. */
  url: string;
  /** Stops listening and ends open answers. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP server on 127.0.0.1 that answers as OpenAI's API does, and says in every text that it is simulated:
 * chat completions, completions (both also streamed), embeddings and the list of models, below any path prefix.
 * `port` 0 takes a free one; `paceMillis` is the pause before each token, streamed or not (default 0).
 * Its usage counts its own tokens (tokens.ts): what it read, and what it put on the wire.
 */
export async function startSimulatedModel(
  options: { port?: number; paceMillis?: number } = {},
): Promise<SimulatedModel> {
  const pace = options.paceMillis ?? 0;
  const server = createServer((request, response) => {
    respond(request, response, pace).catch((error: unknown) => {
      // the client left in mid-body, or a bug: either way this answer is over
      if (!response.headersSent && !response.destroyed) refuse(response, { status: 500, message: String(error) });
      else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(request: IncomingMessage, response: ServerResponse, pace: number): Promise<void> {
  const path = (request.url ?? '/').replace(/\?.*$/u, '').replace(/\/$/u, '');
  const text = await readBody(request);
  if (request.method === 'GET') return answerModels(path, response);
  const refusal = checkRequest(request.method, path, text);
  const body = parseObject(text ?? '');
  if (refusal || !body) refuse(response, refusal ?? { status: 400, message: 'The request body is not a JSON object.' });
  else if (!asText(body['model'])) refuse(response, { status: 400, message: 'A model is missing.', param: 'model' });
  else if (path.endsWith('/embeddings')) sendEmbeddings(response, parseEmbeddingRequest(body));
  else if (path.endsWith('/chat/completions'))
    await sendText(response, parseChatRequest(body), createChatDialect, pace);
  else await sendText(response, parseCompletionRequest(body), createCompletionDialect, pace);
}

function checkRequest(method: string | undefined, path: string, text: string | undefined): Refusal | undefined {
  if (method !== 'POST' || !/\/(?:completions|embeddings)$/u.test(path)) return unknown(path);
  return text === undefined ? { status: 413, message: 'The request body is too large.' } : undefined;
}

function sendEmbeddings(response: ServerResponse, request: EmbeddingRequest | Refusal): void {
  if ('status' in request) refuse(response, request);
  else sendJson(response, 200, answerEmbeddings(request, SIMULATED_MODEL));
}

async function sendText(
  response: ServerResponse,
  request: TextRequest | Refusal,
  createDialect: (withUsage: boolean) => Dialect,
  pace: number,
): Promise<void> {
  if ('status' in request) return refuse(response, request);
  const dialect = createDialect(request.includeUsage);
  const answer = answerText(request);
  const longest = Math.max(...answer.choices.map((choice) => choice.tokens.length));
  if (!request.stream) {
    if (pace > 0) await wait(pace * longest);
    return sendJson(response, 200, dialect.whole(answer));
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  const send = (event: object): boolean => response.write(`data: ${JSON.stringify(event)}\n\n`);
  if (dialect.opening) for (const choice of answer.choices) send(dialect.opening(choice));
  for (let position = 0; position < longest; position += 1) {
    if (pace > 0) await wait(pace);
    if (response.destroyed) return;
    for (const choice of answer.choices) {
      const token = choice.tokens[position];
      if (token !== undefined) send(dialect.token(choice, token));
    }
  }
  for (const choice of answer.choices) send(dialect.closing(choice));
  if (request.includeUsage) send(dialect.usage(answer));
  response.end('data: [DONE]\n\n');
}

function answerModels(path: string, response: ServerResponse): void {
  const model = { id: SIMULATED_MODEL, object: 'model', created: 0, owned_by: 'genai-extproc' };
  if (path.endsWith('/models')) sendJson(response, 200, { object: 'list', data: [model] });
  else if (path.endsWith(`/models/${SIMULATED_MODEL}`)) sendJson(response, 200, model);
  else refuse(response, unknown(path));
}

/** The whole body as text; `undefined` when it is over the limit (the rest is read and thrown away). */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  return bytes <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString('utf8') : undefined;
}

function unknown(path: string): Refusal {
  const known = '/v1/chat/completions, /v1/completions, /v1/embeddings and /v1/models';
  return { status: 404, message: `The simulated model does not know ${path}; it has ${known}.`, code: 'unknown_url' };
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  const type = refusal.status >= 500 ? 'server_error' : 'invalid_request_error';
  const { message, param = null, code = null } = refusal;
  sendJson(response, refusal.status, { error: { message, type, param, code } });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
