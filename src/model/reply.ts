import type { MetadataValues } from './metadata.js';

/** What an exchange answers to one message; everything absent means "go on". */
export interface Reply {
  /** Request headers only: ask Envoy for the bodies, the response headers and the trailers. */
  observe?: boolean;
  /** Request headers only: header name and value pairs to set on the way upstream. */
  headers?: readonly (readonly [string, string])[];
  metadata?: MetadataValues;
  /** End the stream after this reply: nothing of this request is of interest from here on. */
  end?: boolean;
}

/** "Go on": the reply to everything that needs none. */
export const GO_ON: Reply = Object.freeze({});
