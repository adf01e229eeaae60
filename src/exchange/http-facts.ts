import type { HttpFacts } from '../model/record.js';
import { boundedText } from '../util/text.js';
import type { HeaderView } from './header-view.js';

/** Characters of a path, or of a header that goes into the log. */
const CHARACTERS = 1024;

type Attribute = (name: string) => string | undefined;

/** What the request's headers tell an access log; of a stream that began late, Envoy's attributes. No header that may hold a credential is read. */
export function readHttp(headers: HeaderView, attribute: Attribute): HttpFacts {
  return {
    method: bounded(headers.get(':method') ?? attribute('request.method')),
    path: bounded(headers.get(':path') ?? attribute('request.path'))?.replace(/[?#].*$/, ''),
    userAgent: bounded(headers.get('user-agent')),
    requestId: bounded(headers.get('x-request-id')),
    forwardedFor: bounded(headers.get('x-forwarded-for')),
    bytesReceived: 0,
    bytesSent: 0,
  };
}

/** Adds what the answer's headers tell. */
export function readHttpAnswer(http: HttpFacts, headers: HeaderView, attribute: Attribute): void {
  const millis = headers.get('x-envoy-upstream-service-time');
  if (millis !== undefined && /^\d{1,12}$/.test(millis)) http.upstreamMillis = Number(millis);
  http.upstreamHost = bounded(attribute('upstream.address'));
}

function bounded(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : boundedText(text, CHARACTERS);
}
