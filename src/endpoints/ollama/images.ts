/** Images as Ollama's API carries them: base64 without a word on their kind (Ollama API reference, "images"). */

/** What the base64 of a file of each kind begins with. */
const KINDS: readonly (readonly [string, string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
];

/** The image as a data URL; what is a URL already stays as it is. */
export function imageUrl(image: string): string {
  if (/^(data:|https?:\/\/)/.test(image)) return image;
  const kind = KINDS.find(([start]) => image.startsWith(start))?.[1] ?? 'application/octet-stream';
  return `data:${kind};base64,${image}`;
}
