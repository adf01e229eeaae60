export function createResponseParser(
  onBody: (piece: Buffer) => void,
  onEnd: (status: number) => void,
): (piece: Buffer) => void;
