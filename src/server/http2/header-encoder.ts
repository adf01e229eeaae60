import { STATIC_TABLE } from './static-table.js';

/**
 * A header block that leans on nothing before it (HPACK, RFC 7541, section 6), so that it can be made once and sent on any connection.
 * Texts must be ASCII.
 */
export function encodeHeaders(headers: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(headers.flatMap(([name, value]) => encodeHeader(name, value)));
}

function encodeHeader(name: string, value: string): Buffer[] {
  let named = 0;
  for (let place = 0; place < STATIC_TABLE.length; place += 2) {
    if (STATIC_TABLE[place] !== name) continue;
    if (STATIC_TABLE[place + 1] === value) return [number(0x80, 7, place / 2 + 1)];
    named ||= place / 2 + 1;
  }
  return [number(0, 4, named), ...(named === 0 ? text(name) : []), ...text(value)];
}

function text(value: string): Buffer[] {
  return [number(0, 7, value.length), Buffer.from(value, 'latin1')];
}

/** An integer in the lower `bits` of a byte and those after it (section 5.1). */
function number(pattern: number, bits: number, value: number): Buffer {
  const greatest = (1 << bits) - 1;
  if (value < greatest) return Buffer.from([pattern | value]);
  const bytes = [pattern | greatest];
  let rest = value - greatest;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
