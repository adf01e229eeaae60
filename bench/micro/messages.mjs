import { exchanges, pathOf } from '../lib/exchanges.mjs';

/** Envoy's largest STREAMED chunk with its default buffer limits, about. */
const CHUNK_BYTES = 64 * 1024;

const ATTRIBUTES = 'envoy.filters.http.ext_proc';

function headers(pairs) {
  return { headers: pairs.map(([key, value]) => ({ key, rawValue: Buffer.from(value) })) };
}

function attributes(values) {
  const fields = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'number' ? { numberValue: value } : { stringValue: value },
    ]),
  );
  return { [ATTRIBUTES]: { fields } };
}

function requestHeaders(name, length) {
  return {
    requestHeaders: {
      headers: headers([
        [':authority', '127.0.0.1:1975'],
        [':path', pathOf(name)],
        [':method', 'POST'],
        [':scheme', 'http'],
        ['content-type', 'application/json'],
        ['accept', 'application/json'],
        ['user-agent', 'bench/1.0'],
        ['agent-session-id', 'bench-session'],
        ['content-length', String(length)],
        ['x-forwarded-proto', 'http'],
        ['x-request-id', '0f6e3c6e-7d3b-4d0a-9a57-6f1d4c3b2a10'],
      ]),
    },
    attributes: attributes({
      'xds.route_name': 'all',
      'xds.cluster_name': 'upstream',
      'request.time': '2026-11-21T08:37:40.693391+00:00',
      'source.address': '127.0.0.1:51234',
    }),
    metadataContext: {},
    protocolConfig: {},
  };
}

function responseHeaders(name, contentType, length) {
  return {
    responseHeaders: {
      headers: headers([
        [':status', '200'],
        ['content-type', contentType],
        ...(length === undefined ? [['transfer-encoding', 'chunked']] : [['content-length', String(length)]]),
        ['date', 'Sat, 21 Nov 2026 08:37:40 GMT'],
        ['connection', 'keep-alive'],
        ['keep-alive', 'timeout=600'],
        ['x-envoy-upstream-service-time', '1'],
      ]),
    },
    attributes: attributes({
      'request.path': pathOf(name),
      'request.method': 'POST',
      'response.code_details': 'via_upstream',
      'response.flags': 0,
      'xds.cluster_name': 'upstream',
      'upstream.address': '127.0.0.1:8080',
      'upstream.request_attempt_count': 1,
    }),
    metadataContext: {},
  };
}

function cut(bytes) {
  const pieces = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) pieces.push(bytes.subarray(at, at + CHUNK_BYTES));
  return pieces;
}

function bodies(kind, pieces, endAlone) {
  const messages = pieces.map((body) => ({ [kind]: { body }, metadataContext: {} }));
  if (endAlone) messages.push({ [kind]: { endOfStream: true }, metadataContext: {} });
  else messages.at(-1)[kind].endOfStream = true;
  return messages;
}

/** The messages of one call as Envoy sends them with the recommended configuration, for an exchange of lib/exchanges.mjs. */
export function messagesOf(name) {
  const { request, answer, events, contentType } = exchanges[name];
  return [
    requestHeaders(name, request.length),
    ...bodies('requestBody', cut(request), request.length > CHUNK_BYTES),
    responseHeaders(name, contentType, events === undefined ? answer.length : undefined),
    ...bodies('responseBody', events ?? cut(answer), events !== undefined),
  ];
}
