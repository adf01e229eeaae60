/** Headers of one message as bytes by lower-case name; a repeated header's last value counts. */
export interface HeaderView {
  get(name: string): string | undefined;
}

/** One header as it is on the wire: keys are lower case in Envoy. */
export interface RawHeader {
  key?: string;
  rawValue?: Uint8Array;
}

/** Reads headers lazily: most are never looked at. */
export function viewHeaders(headers: readonly RawHeader[]): HeaderView {
  return {
    get(name) {
      for (let index = headers.length - 1; index >= 0; index -= 1) {
        const header = headers[index] as RawHeader;
        if (header.key === name) return header.rawValue === undefined ? '' : asUtf8(header.rawValue);
      }
      return undefined;
    },
  };
}

function asUtf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
