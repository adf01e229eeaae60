import type { ContentPolicy } from '../../model/content-policy.js';
import type { Values } from '../table/table.js';

/** What may not leave the process (telemetry contract, section 6). */
export function buildContentPolicy(values: Values): ContentPolicy {
  return {
    hideInvocationParameters: values.OPENINFERENCE_HIDE_LLM_INVOCATION_PARAMETERS,
    hideInputs: values.OPENINFERENCE_HIDE_INPUTS,
    hideOutputs: values.OPENINFERENCE_HIDE_OUTPUTS,
    hideInputMessages: values.OPENINFERENCE_HIDE_INPUT_MESSAGES,
    hideOutputMessages: values.OPENINFERENCE_HIDE_OUTPUT_MESSAGES,
    hideInputImages: values.OPENINFERENCE_HIDE_INPUT_IMAGES,
    hideInputText: values.OPENINFERENCE_HIDE_INPUT_TEXT,
    hideOutputText: values.OPENINFERENCE_HIDE_OUTPUT_TEXT,
    hideEmbeddingsText: values.OPENINFERENCE_HIDE_EMBEDDINGS_TEXT,
    hideEmbeddingsVectors: values.OPENINFERENCE_HIDE_EMBEDDINGS_VECTORS,
    hidePrompts: values.OPENINFERENCE_HIDE_PROMPTS,
    hideChoices: values.OPENINFERENCE_HIDE_CHOICES,
    hideTools: values.OPENINFERENCE_HIDE_LLM_TOOLS,
    base64ImageMaxLength: values.OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH,
  };
}
