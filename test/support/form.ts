/** Multipart forms as clients write them. */

export const BOUNDARY = '----formdata-client-0123456789';

/** The headers of a form. */
export const FORM_HEADERS = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };

/** A part of a form: a text, or a file with its name, type and bytes. */
export type Part =
  | readonly [name: string, value: string]
  | readonly [name: string, file: { name: string; type?: string; bytes: Uint8Array | string }];

/** A form's body. */
export function form(...parts: Part[]): Buffer {
  const pieces = parts.map(([name, value]) => {
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`;
    if (typeof value === 'string') return Buffer.from(`${head}\r\n\r\n${value}\r\n`);
    const type = value.type === undefined ? '' : `\r\nContent-Type: ${value.type}`;
    return Buffer.concat([
      Buffer.from(`${head}; filename="${value.name}"${type}\r\n\r\n`),
      Buffer.from(value.bytes as string),
      Buffer.from('\r\n'),
    ]);
  });
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}
