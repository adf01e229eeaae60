/**
 * ext_proc messages as proto-loader's default options give them: camel case, absent members absent, enums as numbers.
 * Only what the contract in `envoy-protos/` has. See envoy.service.ext_proc.v3.
 */

/** `Value` of google.protobuf.Struct as protobufjs gives it. */
export interface StructValue {
  nullValue?: number;
  numberValue?: number;
  stringValue?: string;
  boolValue?: boolean;
}

export interface HeaderValue {
  key?: string;
  /** The value; `value` is always empty in ext_proc. */
  rawValue?: Uint8Array;
}

export interface HttpHeaders {
  headers?: { headers?: HeaderValue[] };
  endOfStream?: boolean;
}

/** An empty body's `body` is absent, not an empty buffer. */
export interface HttpBody {
  body?: Uint8Array;
  endOfStream?: boolean;
}

/** Attributes by the configured text, e.g. `xds.cluster_name`, under the filter's constant name. */
export type Attributes = Record<string, { fields?: Record<string, StructValue> }>;

export interface ProcessingRequest {
  requestHeaders?: HttpHeaders;
  responseHeaders?: HttpHeaders;
  requestBody?: HttpBody;
  responseBody?: HttpBody;
  requestTrailers?: object;
  responseTrailers?: object;
  attributes?: Attributes;
  /** A `Metadata` as bytes, where Envoy forwards namespaces: it rides on every message and is wanted once (see `readFilterMetadata`). */
  metadataContext?: Buffer;
  observabilityMode?: boolean;
  /** On the first message of a stream only; shows the static mode. */
  protocolConfig?: { requestBodyMode?: number; responseBodyMode?: number };
}

/** The kind of a message and of the reply that it takes. */
export type MessageKind =
  | 'requestHeaders'
  | 'requestBody'
  | 'requestTrailers'
  | 'responseHeaders'
  | 'responseBody'
  | 'responseTrailers';

/** The message's kind; `undefined` for one of no known kind. Envoy may send empty members, so presence decides. */
export function messageKind(message: ProcessingRequest): MessageKind | undefined {
  if (message.responseBody != null) return 'responseBody';
  if (message.requestHeaders != null) return 'requestHeaders';
  if (message.requestBody != null) return 'requestBody';
  if (message.responseHeaders != null) return 'responseHeaders';
  if (message.responseTrailers != null) return 'responseTrailers';
  if (message.requestTrailers != null) return 'requestTrailers';
  return undefined;
}

/** `ProcessingMode.BodySendMode`, as far as it decides something here. */
export const BODY_MODE = { none: 0, fullDuplexStreamed: 4 } as const;
