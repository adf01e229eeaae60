import { asCount, asObject, type Json } from '../../model/json.js';
import type { Usage } from '../../model/usage.js';

/**
 * `usage` of chat completions, legacy completions and embeddings (telemetry contract, section 2; OpenAI API reference,
 * "CompletionUsage"). `undefined` when it is no object.
 */
export function readUsage(value: Json | undefined): Usage | undefined {
  const usage = asObject(value);
  if (!usage) return undefined;
  const prompt = asObject(usage['prompt_tokens_details']);
  const completion = asObject(usage['completion_tokens_details']);
  return {
    input: asCount(usage['prompt_tokens']),
    output: asCount(usage['completion_tokens']),
    total: asCount(usage['total_tokens']),
    cachedInput: asCount(prompt?.['cached_tokens']),
    cacheCreationInput: asCount(prompt?.['cache_write_tokens']) ?? asCount(prompt?.['cache_creation_input_tokens']),
    reasoning: asCount(completion?.['reasoning_tokens']),
    audioInput: asCount(prompt?.['audio_tokens']),
    audioOutput: asCount(completion?.['audio_tokens']),
  };
}
