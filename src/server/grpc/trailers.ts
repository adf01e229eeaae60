import { encodeHeaders } from '../http2/header-encoder.js';
import { STATUS } from './status.js';

/** Characters of a status' details; they travel in a header. */
const DETAILS_CHARACTERS = 512;

/** The headers before the first message. */
export const RESPONSE_HEADERS = encodeHeaders([
  [':status', '200'],
  ['content-type', 'application/grpc'],
]);

/** To what is no gRPC request at all (gRPC over HTTP/2, "Requests"). */
export const NOT_GRPC = encodeHeaders([[':status', '415']]);

const OK = encodeTrailers(STATUS.ok, '');

/** The headers after the last message (gRPC over HTTP/2, "Responses"). */
export function trailersOf(status: number, details: string): Buffer {
  return status === STATUS.ok && details === '' ? OK : encodeTrailers(status, details);
}

/** What says that messages must come uncompressed. */
export const UNCOMPRESSED = encodeHeaders([['grpc-accept-encoding', 'identity']]);

function encodeTrailers(status: number, details: string): Buffer {
  const headers: [string, string][] = [['grpc-status', String(status)]];
  if (details !== '') headers.push(['grpc-message', encodeDetails(details.slice(0, DETAILS_CHARACTERS))]);
  return encodeHeaders(headers);
}

/** Percent-encodes what is not printable ASCII. */
function encodeDetails(details: string): string {
  return Array.from(Buffer.from(details, 'utf8'), (byte) =>
    byte >= 0x20 && byte <= 0x7e && byte !== 0x25
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}
