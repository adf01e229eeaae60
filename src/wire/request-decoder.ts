/**
 * Decodes Envoy's messages in one pass. The generated decoder makes each message twice (its own objects first) and takes three times
 * as long; a property test holds the two together. What is not read here is passed over.
 */
import { ProtobufReader } from '../util/protobuf-reader.js';
import type { Attributes, HeaderValue, HttpBody, HttpHeaders, ProcessingRequest, StructValue } from './messages.js';

/** Wire types (protobuf encoding, "Message Structure"). */
const VARINT = 0;
const DOUBLE = 1;
const BYTES = 2;

/** A `ProcessingRequest` from its bytes; bodies and header values are views of them. Throws a RangeError when they are no message. */
export function decodeProcessingRequest(bytes: Buffer): ProcessingRequest {
  const reader = new ProtobufReader(bytes);
  const message: ProcessingRequest = {};
  while (reader.position < reader.end) {
    const tag = reader.varint();
    switch (tag) {
      case (2 << 3) | BYTES:
        message.requestHeaders = readHeaders(reader);
        break;
      case (3 << 3) | BYTES:
        message.responseHeaders = readHeaders(reader);
        break;
      case (4 << 3) | BYTES:
        message.requestBody = readBody(reader);
        break;
      case (5 << 3) | BYTES:
        message.responseBody = readBody(reader);
        break;
      case (6 << 3) | BYTES:
        reader.skip(BYTES);
        message.requestTrailers = {};
        break;
      case (7 << 3) | BYTES:
        reader.skip(BYTES);
        message.responseTrailers = {};
        break;
      case (8 << 3) | BYTES:
        // nearly always there and empty
        if (reader.bytes[reader.position] === 0) reader.skip(BYTES);
        else message.metadataContext = reader.slice();
        break;
      case (9 << 3) | BYTES:
        message.attributes ??= {};
        readAttributes(reader, message.attributes);
        break;
      case (10 << 3) | VARINT:
        message.observabilityMode = reader.boolean();
        break;
      case (11 << 3) | BYTES:
        message.protocolConfig = readProtocolConfig(reader);
        break;
      default:
        reader.skip(tag & 7);
    }
  }
  return message;
}

function readHeaders(reader: ProtobufReader): HttpHeaders {
  const outer = reader.enter();
  const headers: HttpHeaders = {};
  while (reader.position < reader.end) {
    const tag = reader.varint();
    if (tag === ((1 << 3) | BYTES)) headers.headers = { headers: readHeaderMap(reader) };
    else if (tag === ((3 << 3) | VARINT)) headers.endOfStream = reader.boolean();
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  return headers;
}

function readHeaderMap(reader: ProtobufReader): HeaderValue[] {
  const outer = reader.enter();
  const headers: HeaderValue[] = [];
  while (reader.position < reader.end) {
    const tag = reader.varint();
    if (tag === ((1 << 3) | BYTES)) headers.push(readHeader(reader));
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  return headers;
}

function readHeader(reader: ProtobufReader): HeaderValue {
  const outer = reader.enter();
  const header: HeaderValue = {};
  while (reader.position < reader.end) {
    const tag = reader.varint();
    if (tag === ((1 << 3) | BYTES)) header.key = reader.name();
    else if (tag === ((3 << 3) | BYTES)) header.rawValue = reader.slice();
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  return header;
}

function readBody(reader: ProtobufReader): HttpBody {
  const outer = reader.enter();
  const body: HttpBody = {};
  while (reader.position < reader.end) {
    const tag = reader.varint();
    if (tag === ((1 << 3) | BYTES)) body.body = reader.slice();
    else if (tag === ((2 << 3) | VARINT)) body.endOfStream = reader.boolean();
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  return body;
}

/** An entry of `map<string, Struct>`: key = 1, value = 2. */
function readAttributes(reader: ProtobufReader, attributes: Attributes): void {
  const outer = reader.enter();
  let filter = '';
  const fields: Record<string, StructValue> = Object.create(null);
  while (reader.position < reader.end) {
    const tag = reader.varint();
    if (tag === ((1 << 3) | BYTES)) filter = reader.name();
    else if (tag === ((2 << 3) | BYTES)) readStruct(reader, fields);
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  attributes[filter] = { fields };
}

function readStruct(reader: ProtobufReader, fields: Record<string, StructValue>): void {
  const outer = reader.enter();
  while (reader.position < reader.end) {
    const tag = reader.varint();
    if (tag === ((1 << 3) | BYTES)) readField(reader, fields);
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
}

/** An entry of `map<string, Value>`: key = 1, value = 2. */
function readField(reader: ProtobufReader, fields: Record<string, StructValue>): void {
  const outer = reader.enter();
  let name = '';
  let value: StructValue = {};
  while (reader.position < reader.end) {
    const tag = reader.varint();
    if (tag === ((1 << 3) | BYTES)) name = reader.name();
    else if (tag === ((2 << 3) | BYTES)) value = readValue(reader);
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  fields[name] = value;
}

/** Texts, numbers and booleans: Envoy's attributes are nothing else (null, structs and lists give an empty value). */
function readValue(reader: ProtobufReader): StructValue {
  const outer = reader.enter();
  let value: StructValue = {};
  while (reader.position < reader.end) {
    const tag = reader.varint();
    if (tag === ((3 << 3) | BYTES)) value = { stringValue: reader.text() };
    else if (tag === ((2 << 3) | DOUBLE)) value = { numberValue: reader.double() };
    else if (tag === ((4 << 3) | VARINT)) value = { boolValue: reader.boolean() };
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  return value;
}

function readProtocolConfig(reader: ProtobufReader): { requestBodyMode?: number; responseBodyMode?: number } {
  const outer = reader.enter();
  const config: { requestBodyMode?: number; responseBodyMode?: number } = {};
  while (reader.position < reader.end) {
    const tag = reader.varint();
    if (tag === ((1 << 3) | VARINT)) config.requestBodyMode = reader.varint();
    else if (tag === ((2 << 3) | VARINT)) config.responseBodyMode = reader.varint();
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  return config;
}
