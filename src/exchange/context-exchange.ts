import { GO_ON } from '../model/reply.js';
import { beginFacts, type TraceSource } from './begin-facts.js';
import type { ExchangeDependencies } from './dependencies.js';
import type { Exchange } from './exchange.js';
import { withIdentity } from './given-identity.js';
import { viewHeaders } from './header-view.js';

/**
 * The stream of the context filter, which stands inline in front of the observing one: it decides the identity of the call's span, sets the
 * trace headers, and tells Envoy what is known by then. The call itself is the other filter's: nothing is recorded or counted here.
 */
export function createContextExchange(
  dependencies: ExchangeDependencies,
  start: TraceSource & { bodiesComeAnyway: boolean },
): Exchange {
  let begun = false;
  const goOn = () => GO_ON;
  return {
    requestHeaders(headers, _endOfStream, attribute) {
      if (begun) return GO_ON;
      begun = true;
      const end = start.bodiesComeAnyway; // a mode that shows more than the headers: more is not wanted
      const view = viewHeaders(headers);
      const endpoint = dependencies.findEndpoint(view.get(':method'), view.get(':path'));
      if (!endpoint) return end ? { end } : GO_ON;
      const facts = beginFacts(dependencies, start, endpoint, view, attribute);
      const known = new Map(dependencies.describeMetadata(facts));
      // on a path that others use too, what it is stands in the body
      if (endpoint.shared) for (const key of ['operation_name', 'provider_name']) known.delete(key);
      return { headers: facts.trace.headers, metadata: withIdentity(known, facts.trace), end };
    },
    requestBody: goOn,
    requestTrailers: goOn,
    responseHeaders: goOn,
    responseBody: goOn,
    responseTrailers: goOn,
    close: () => undefined,
  };
}
