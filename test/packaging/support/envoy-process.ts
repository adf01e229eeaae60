/** The Envoy binary of this run. Throws when the environment does not name one; `npm test` finds one and names it. */
export function envoyBinary(): string {
  const path = process.env['ENVOY_BIN'];
  if (!path) throw new Error('ENVOY_BIN is not set: run `npm test`, which finds an Envoy, or name one');
  return path;
}
