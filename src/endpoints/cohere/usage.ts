import { asCount, asObject, type JsonObject } from '../../model/json.js';
import type { Usage } from '../../model/usage.js';

/**
 * Tokens of a rerank answer (telemetry contract, section 2). Cohere (API reference, "ApiMeta"): `meta.tokens`, else `meta.billed_units`,
 * whose search units are no tokens. Jina and vLLM: `usage`, in which nothing is generated.
 */
export function readRerankUsage(body: JsonObject): Usage | undefined {
  const meta = asObject(body['meta']);
  const counted = readCounters(asObject(meta?.['tokens'])) ?? readCounters(asObject(meta?.['billed_units']));
  if (counted) return counted;
  const usage = asObject(body['usage']);
  if (!usage) return undefined;
  return { input: asCount(usage['prompt_tokens']), total: asCount(usage['total_tokens']) };
}

/** `undefined` when neither is known. */
function readCounters(counters: JsonObject | undefined): Usage | undefined {
  const input = asCount(counters?.['input_tokens']);
  const output = asCount(counters?.['output_tokens']);
  return input === undefined && output === undefined ? undefined : { input, output };
}
