/** A generated image's base64 as a data URL; png is what the API makes when nothing says otherwise. */
export function imageDataUrl(base64: string, format: string | undefined): string {
  return base64.startsWith('data:image/') ? base64 : `data:${mediaType(format)};base64,${base64}`;
}

function mediaType(format: string | undefined): string {
  const name = format?.toLowerCase().replace(/^jpg$/, 'jpeg');
  return name !== undefined && ['png', 'jpeg', 'webp', 'gif'].includes(name) ? `image/${name}` : 'image/png';
}
