export function createAnswerCheck(
  name: string,
  onDelay: (milliseconds: number) => void,
): { onBody(piece: Buffer): void; end(status: number): string | undefined };
