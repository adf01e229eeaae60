/** The beginning of a text, in memory of its own: a slice would keep the whole text as long as it lives. */
export function cutText(text: string, limit: number): string {
  return Buffer.from(text.slice(0, limit), 'utf16le').toString('utf16le');
}

/** A text that may go into protobuf and onto a line: at most `limit` characters, well-formed, without control characters. */
export function boundedText(text: string, limit: number): string {
  const cut = text.length > limit ? cutText(text, limit) : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return cut.toWellFormed().replace(/[\u0000-\u001f\u007f]/g, '');
}
