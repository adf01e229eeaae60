/**
 * Hosts of known providers by the end of their name → `gen_ai.provider.name` (OpenTelemetry semantic conventions, "gen_ai.provider.name").
 * A longer end stands before the one it ends in.
 */
const PROVIDERS: readonly (readonly [string, string])[] = [
  ['.openai.azure.com', 'azure.ai.openai'],
  ['api.openai.com', 'openai'],
  ['api.anthropic.com', 'anthropic'],
  ['api.cohere.com', 'cohere'],
  ['api.cohere.ai', 'cohere'],
  ['api.mistral.ai', 'mistral_ai'],
  ['api.groq.com', 'groq'],
  ['api.deepseek.com', 'deepseek'],
  ['api.perplexity.ai', 'perplexity'],
  ['api.x.ai', 'x_ai'],
  ['generativelanguage.googleapis.com', 'gcp.gemini'],
  ['aiplatform.googleapis.com', 'gcp.vertex_ai'],
];

/** The provider that a host names; `undefined` when it is none that we know. A port is ignored. */
export function providerOfHost(host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return PROVIDERS.find(
    ([end]) =>
      name === end || (end.startsWith('.') ? name.endsWith(end) : name.endsWith(`.${end}`) || name.endsWith(`-${end}`)),
  )?.[1];
}
