/**
 * Hosts of known providers by the end of their name → `gen_ai.provider.name`. The names are those of the OpenTelemetry semantic
 * conventions, "gen_ai.provider.name"; in their style where they have none (jina, openrouter, together_ai, fireworks_ai). An end that
 * begins with a dot needs something before it.
 */
const PROVIDERS: readonly (readonly [string, string])[] = [
  ['.openai.azure.com', 'azure.ai.openai'],
  ['.services.ai.azure.com', 'azure.ai.inference'],
  ['.models.ai.azure.com', 'azure.ai.inference'],
  ['api.openai.com', 'openai'],
  ['api.anthropic.com', 'anthropic'],
  ['api.cohere.com', 'cohere'],
  ['api.cohere.ai', 'cohere'],
  ['api.mistral.ai', 'mistral_ai'],
  ['api.groq.com', 'groq'],
  ['api.deepseek.com', 'deepseek'],
  ['api.perplexity.ai', 'perplexity'],
  ['api.x.ai', 'x_ai'],
  ['api.moonshot.ai', 'moonshot_ai'],
  ['api.moonshot.cn', 'moonshot_ai'],
  ['api.jina.ai', 'jina'],
  ['openrouter.ai', 'openrouter'],
  ['api.together.xyz', 'together_ai'],
  ['api.together.ai', 'together_ai'],
  ['api.fireworks.ai', 'fireworks_ai'],
  ['generativelanguage.googleapis.com', 'gcp.gemini'],
];

/** Hosts whose region stands in the middle or before a dash. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/^(?:[a-z0-9-]+\.)?bedrock-runtime(?:-fips)?\.[a-z0-9-]+\.(?:vpce\.)?amazonaws\.com(?:\.cn)?$/, 'aws.bedrock'],
  [/^bedrock-mantle\.[a-z0-9-]+\.api\.aws$/, 'aws.bedrock'],
  [/^(?:[a-z0-9-]+-)?aiplatform\.googleapis\.com$/, 'gcp.vertex_ai'],
  [/^(?:private\.)?[a-z0-9-]+\.ml\.cloud\.ibm\.com$/, 'ibm.watsonx.ai'],
];

/** The provider that a host names; `undefined` when it is none that we know. A port and a root dot are ignored. */
export function providerOfHost(host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  const name = host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase();
  const known = PROVIDERS.find(
    ([end]) => name.endsWith(end) && (name.length === end.length ? !end.startsWith('.') : isSubdomain(name, end)),
  );
  return known?.[1] ?? PATTERNS.find(([pattern]) => pattern.test(name))?.[1];
}

/** Whether what stands before the end is a name of its own. */
function isSubdomain(name: string, end: string): boolean {
  return end.startsWith('.') || name[name.length - end.length - 1] === '.';
}
