import type { Endpoint } from '../endpoints/endpoint.js';
import { REDACTED } from '../model/content-policy.js';
import { asString, emptyObject, type JsonObject, parseObject, writeJson } from '../model/json.js';
import type { RequestContent, ResponseContent } from '../model/message.js';
import type { BodyContent } from '../model/record.js';
import { mayHoldCredentials, textWithoutCredentials, withoutCredentials } from './body-credentials.js';
import type { RequestBody } from './request-reader.js';
import type { ResponseBody } from './response-reader.js';

/** Characters of a content-type that are kept. */
const MIME_CHARACTERS = 128;

/**
 * A request's content for the recorders; parsed when one asks, after the reply. Where its content is not `wanted` (inputs are hidden),
 * the members that were read before the reply tell all that may be told, and a big body is not parsed for it.
 */
export function requestContent(
  endpoint: Endpoint,
  body: RequestBody | undefined,
  contentType: string | undefined,
  wanted: boolean,
): BodyContent<RequestContent> {
  // several recorders ask, and a big body's text alone takes a millisecond
  let shown: Shown | undefined;
  let described: RequestContent | undefined;
  const read = (): Shown => {
    if (shown) return shown;
    if (body === undefined || body.bytes.length === 0) return { object: () => body?.whole };
    if (!wanted && body.kind === 'object') return { object: () => body.whole ?? body.members };
    const text = body.text ?? body.bytes.toString('utf8');
    const parses = body.kind === 'object' && !body.truncated;
    shown = show(text, () => body.whole ?? (parses ? parseObject(text) : undefined));
    return shown;
  };
  const isJson = body?.kind === 'object' || body?.kind === 'other' || body?.whole !== undefined;
  return {
    mimeType:
      isJson || !contentType ? 'application/json' : contentType.split(';', 1)[0]!.trim().slice(0, MIME_CHARACTERS),
    truncated: body?.truncated ?? false,
    empty: body === undefined || body.bytes.length === 0,
    text: () => read().text,
    describe() {
      if (described) return described;
      const whole = read().object?.();
      described = whole ? endpoint.describeRequest(whole) : {};
      return described;
    },
    redacted(policy) {
      const whole = read().object?.();
      return whole && writeJson(endpoint.redactRequest(whole, policy));
    },
  };
}

/** A body's text and object, without the credentials that it may hold. */
interface Shown {
  text?: string;
  object?: () => JsonObject | undefined;
}

function show(text: string, parse: () => JsonObject | undefined): Shown {
  let parsed: JsonObject | undefined;
  const object = () => (parsed ??= parse());
  if (!mayHoldCredentials(text)) return { text, object };
  const whole = object();
  if (!whole) return { text: textWithoutCredentials(text), object };
  const safe = withoutCredentials(whole);
  return { text: safe === whole ? text : (writeJson(safe) ?? REDACTED), object: () => safe };
}

/** An error may quote whatever is hidden, of either side. */
function withoutError(body: JsonObject): JsonObject {
  if (body['error'] === undefined || body['error'] === null) return body;
  return Object.assign(emptyObject(), body, { error: REDACTED });
}

/** The content of either side where it was let go because of load. */
export function shedContent(mimeType: string): BodyContent<RequestContent & ResponseContent> {
  return {
    mimeType,
    truncated: false,
    empty: false,
    text: () => undefined,
    describe: () => ({}),
    redacted: () => undefined,
  };
}

/** An answer's content for the recorders. */
export function responseContent(
  endpoint: Endpoint,
  body: ResponseBody,
  mimeType: string,
): BodyContent<ResponseContent> {
  let described: ResponseContent | undefined;
  // an answer that repeats its request may repeat the credentials
  const repeats = endpoint.traits.repeatsRequest === true;
  const objectOf = () => {
    const object = body.object();
    return object && repeats ? withoutCredentials(object) : object;
  };
  const textOf = () => {
    const text = body.text();
    return text !== undefined && repeats ? show(text, () => body.object()).text : text;
  };
  return {
    mimeType,
    truncated: body.truncated,
    empty: body.empty,
    text: textOf,
    describe() {
      if (described) return described;
      const object = objectOf();
      described = object ? endpoint.describeResponse(object) : {};
      return described;
    },
    redacted(policy) {
      const object = objectOf();
      if (!object) return undefined;
      const shown = endpoint.redactResponse(object, policy);
      return body.plain ? (asString(shown['text']) ?? REDACTED) : writeJson(withoutError(shown));
    },
  };
}
