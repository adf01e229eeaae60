import { asCount, asObject, type Json } from '../../model/json.js';
import type { ReportedUsage } from '../../model/usage.js';

/**
 * `usage` of a message, of `message_start` or of `message_delta` (telemetry contract, section 2; Anthropic API reference, "Usage"). The
 * API counts cached input apart from the rest, and an event may tell some of the counters only. `undefined` when it is no object.
 */
export function readUsage(value: Json | undefined): ReportedUsage | undefined {
  const usage = asObject(value);
  if (!usage) return undefined;
  return {
    uncachedInput: asCount(usage['input_tokens']),
    cachedInput: asCount(usage['cache_read_input_tokens']),
    cacheCreationInput: asCount(usage['cache_creation_input_tokens']),
    output: asCount(usage['output_tokens']),
    reasoning: asCount(asObject(usage['output_tokens_details'])?.['thinking_tokens']),
  };
}
