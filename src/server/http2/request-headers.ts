import type { HeaderList } from './header-decoder.js';

/** The pseudo headers of a request (RFC 9113, section 8.3.1). */
const PSEUDO = [':method', ':scheme', ':path', ':authority'];
/** Headers of HTTP/1 connections; they have no place here (section 8.2.2). */
const CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/** What a value must not hold, nor begin or end with (section 8.2.1). */
const NO_VALUE = /[\0\n\r]|^[\t ]|[\t ]$/;

/** Whether a request's headers are well formed (RFC 9113, sections 8.2 and 8.3). */
export function isRequest(headers: HeaderList): boolean {
  let seen = 0; // a bit for each pseudo header
  let regular = false;
  for (let place = 0; place < headers.length; place += 2) {
    const name = headers[place] as string;
    if (NO_VALUE.test(headers[place + 1] as string)) return false;
    if (name.charCodeAt(0) === 0x3a) {
      const bit = 1 << PSEUDO.indexOf(name);
      if (regular || bit < 0 || (seen & bit) !== 0) return false;
      seen |= bit;
      continue;
    }
    regular = true;
    if (!isName(name) || CONNECTION.has(name)) return false;
    if (name === 'te' && headers[place + 1] !== 'trailers') return false;
  }
  return (seen & 7) === 7 && firstHeader(headers, ':path') !== '';
}

/** Whether the headers after a request's body are well formed: none of them is a pseudo header. */
export function isTrailers(headers: HeaderList): boolean {
  return headers.every((text, place) => (place % 2 === 0 ? isName(text) : !NO_VALUE.test(text)));
}

/** The first value of a header; `name` is lower case. */
export function firstHeader(headers: HeaderList, name: string): string | undefined {
  for (let place = 0; place < headers.length; place += 2) if (headers[place] === name) return headers[place + 1];
  return undefined;
}

/** A name has a letter at least, and no capital, no space and nothing unprintable. */
function isName(name: string): boolean {
  for (let place = 0; place < name.length; place += 1) {
    const code = name.charCodeAt(place);
    if (code <= 0x20 || code >= 0x7f || code === 0x3a || (code >= 0x41 && code <= 0x5a)) return false;
  }
  return name.length > 0;
}
