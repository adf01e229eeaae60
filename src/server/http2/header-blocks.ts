import { ConnectionError, ERROR, FLAG } from './frames.js';
import { createHeaderDecoder, type HeaderList } from './header-decoder.js';
import { LIMITS } from './limits.js';

/** Puts header blocks together from their frames (RFC 9113, sections 6.2 and 6.10) and reads them. */
export interface HeaderBlocks {
  /** A block has begun: nothing but its continuation may come now. */
  readonly isOpen: boolean;
  /** A HEADERS frame; `true` when the block is complete: it stands in the members below. */
  begin(flags: number, id: number, bytes: Buffer, from: number, to: number): boolean;
  /** A CONTINUATION frame; the same. */
  proceed(flags: number, id: number, bytes: Buffer, from: number, to: number): boolean;
  /** Of the last complete block. */
  readonly id: number;
  /** `undefined`: they were more than the limit. */
  readonly headers: HeaderList | undefined;
  readonly endsStream: boolean;
}

/** Creates what puts one connection's blocks together. Its methods throw a {@link ConnectionError}. */
export function createHeaderBlocks(): HeaderBlocks {
  const decoder = createHeaderDecoder(LIMITS.headerListBytes);
  let pieces: Buffer[] = [];
  let size = 0;

  const blocks = {
    isOpen: false,
    id: 0,
    headers: undefined as HeaderList | undefined,
    endsStream: false,

    begin(flags: number, id: number, bytes: Buffer, from: number, to: number): boolean {
      let begin = from;
      let end = to;
      if ((flags & FLAG.padded) !== 0) {
        begin += 1;
        end -= bytes[from] ?? 0;
      }
      if ((flags & FLAG.priority) !== 0) begin += 5;
      if (begin > end || end > to) throw new ConnectionError(ERROR.protocol, 'more padding than headers');
      if ((flags & FLAG.priority) !== 0 && (bytes.readUInt32BE(begin - 5) & 0x7fff_ffff) === id)
        throw new ConnectionError(ERROR.protocol, 'a stream that depends on itself');
      blocks.id = id;
      blocks.endsStream = (flags & FLAG.endStream) !== 0;
      if ((flags & FLAG.endHeaders) === 0) {
        pieces = [];
        size = 0;
        add(bytes, begin, end);
        blocks.isOpen = true;
        return false;
      }
      blocks.headers = decoder.decode(bytes, begin, end);
      return true;
    },

    proceed(flags: number, id: number, bytes: Buffer, from: number, to: number): boolean {
      if (id !== blocks.id) throw new ConnectionError(ERROR.protocol, 'a header block is not continued');
      add(bytes, from, to);
      if ((flags & FLAG.endHeaders) === 0) return false;
      blocks.isOpen = false;
      const block = Buffer.concat(pieces);
      pieces = [];
      blocks.headers = decoder.decode(block, 0, block.length);
      return true;
    },
  };

  function add(bytes: Buffer, from: number, to: number): void {
    size += to - from;
    if (size > LIMITS.headerBlockBytes || pieces.length > LIMITS.continuations)
      throw new ConnectionError(ERROR.enhanceYourCalm, 'a header block beyond the limit');
    pieces.push(Buffer.from(bytes.subarray(from, to)));
  }

  return blocks;
}
