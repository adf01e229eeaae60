/** A text that may go into protobuf and onto a line: at most `limit` characters, well-formed, without control characters. */
export function boundedText(text: string, limit: number): string {
  const cut = text.length > limit ? text.slice(0, limit) : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return cut.toWellFormed().replace(/[\u0000-\u001f\u007f]/g, '');
}
