/** Colours for a terminal; without colour each gives its text back. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  red(text: string): string;
}

/** Paints with ANSI escapes, or not at all. */
export function createPaint(color: boolean): Paint {
  const style = (code: number, end: number) => (text: string) =>
    color ? `\u001B[${code}m${text}\u001B[${end}m` : text;
  return { bold: style(1, 22), dim: style(2, 22), green: style(32, 39), red: style(31, 39) };
}

/** Whether to colour what goes to a stream: a terminal, and `NO_COLOR` is not set. */
export function wantsColor(stream: { isTTY?: boolean | undefined }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env['NO_COLOR'];
}
