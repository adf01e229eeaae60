import type { Endpoint } from '../endpoints/endpoint.js';
import { REDACTED } from '../model/content-policy.js';
import { asString, emptyObject, type JsonObject, parseObject, writeJson } from '../model/json.js';
import type { RequestContent, ResponseContent } from '../model/message.js';
import type { BodyContent } from '../model/record.js';
import type { RequestBody } from './request-reader.js';
import type { ResponseBody } from './response-reader.js';

/** Characters of a content-type that are kept. */
const MIME_CHARACTERS = 128;

/** A request's content for the recorders; parsed when one asks, after the reply. */
export function requestContent(
  endpoint: Endpoint,
  body: RequestBody | undefined,
  contentType: string | undefined,
): BodyContent<RequestContent> {
  // several recorders ask, and a big body's text alone takes a millisecond
  let object = body?.whole;
  let text = body?.text;
  let described: RequestContent | undefined;
  const textOf = (bytes: Buffer) => (text ??= bytes.toString('utf8'));
  const parsed = () => {
    if (!object && body && body.kind === 'object' && !body.truncated) object = parseObject(textOf(body.bytes));
    return object;
  };
  const isJson = body?.kind === 'object' || body?.kind === 'other' || body?.whole !== undefined;
  return {
    mimeType:
      isJson || !contentType ? 'application/json' : contentType.split(';', 1)[0]!.trim().slice(0, MIME_CHARACTERS),
    truncated: body?.truncated ?? false,
    empty: body === undefined || body.bytes.length === 0,
    text: () => (body === undefined || body.bytes.length === 0 ? undefined : textOf(body.bytes)),
    describe() {
      if (described) return described;
      const whole = parsed();
      described = whole ? endpoint.describeRequest(whole) : {};
      return described;
    },
    redacted(policy) {
      const whole = parsed();
      return whole && writeJson(endpoint.redactRequest(whole, policy));
    },
  };
}

/** An error may quote whatever is hidden, of either side. */
function withoutError(body: JsonObject): JsonObject {
  if (body['error'] === undefined || body['error'] === null) return body;
  return Object.assign(emptyObject(), body, { error: REDACTED });
}

/** An answer's content for the recorders. */
export function responseContent(
  endpoint: Endpoint,
  body: ResponseBody,
  mimeType: string,
): BodyContent<ResponseContent> {
  let described: ResponseContent | undefined;
  return {
    mimeType,
    truncated: body.truncated,
    empty: body.empty,
    text: body.text,
    describe() {
      if (described) return described;
      const object = body.object();
      described = object ? endpoint.describeResponse(object) : {};
      return described;
    },
    redacted(policy) {
      const object = body.object();
      if (!object) return undefined;
      const shown = endpoint.redactResponse(object, policy);
      return body.plain ? (asString(shown['text']) ?? REDACTED) : writeJson(withoutError(shown));
    },
  };
}
