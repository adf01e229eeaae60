import { boolean, contentCapture } from '../kinds/choice.js';
import { wholeNumber } from '../kinds/number.js';
import type { Setting, SettingSection } from '../setting.js';

const hide = (what: string) => ({ kind: boolean, default: 'false', help: `Hides ${what}.` }) as const satisfies Setting;

/** What may not leave the process (telemetry contract, section 6). */
export const CONTENT_SECTION = {
  title: 'Content and privacy',
  about:
    'Spans carry the content of calls unless it is hidden here; a hidden value is dropped or becomes __REDACTED__, ' +
    'in every signal. A value that is not a boolean stops the start: a typo must not expose data.',
  settings: {
    OPENINFERENCE_HIDE_LLM_INVOCATION_PARAMETERS: hide('the invocation parameters'),
    OPENINFERENCE_HIDE_INPUTS: hide('everything that was asked: input.value, messages, prompts, texts, tools'),
    OPENINFERENCE_HIDE_OUTPUTS: hide('everything that was answered: output.value, messages, choices, vectors'),
    OPENINFERENCE_HIDE_INPUT_MESSAGES: hide('the messages of requests'),
    OPENINFERENCE_HIDE_OUTPUT_MESSAGES: hide('the messages of answers'),
    OPENINFERENCE_HIDE_INPUT_IMAGES: hide('images in the messages of requests'),
    OPENINFERENCE_HIDE_INPUT_TEXT: hide('the text in the messages of requests'),
    OPENINFERENCE_HIDE_OUTPUT_TEXT: hide('the text in the messages of answers'),
    OPENINFERENCE_HIDE_EMBEDDINGS_TEXT: hide('the texts that were embedded'),
    OPENINFERENCE_HIDE_EMBEDDINGS_VECTORS: hide('the vectors'),
    OPENINFERENCE_HIDE_PROMPTS: hide('the prompts of legacy completions'),
    OPENINFERENCE_HIDE_CHOICES: hide('the choices of legacy completions'),
    OPENINFERENCE_HIDE_LLM_TOOLS: hide('the tools that were offered'),
    OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH: {
      kind: wholeNumber(0),
      default: '32000',
      unit: 'characters',
      help: 'An inline image whose data URL is longer is replaced by __REDACTED__.',
      reason: "OpenInference's own default: a thumbnail fits, a photograph does not.",
    },
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: {
      kind: contentCapture,
      default: 'no_content',
      help:
        'Where the gen_ai attributes with messages, instructions and tools go: to spans of that vocabulary, to log records ' +
        '(event), to both, or nowhere. What is hidden above is hidden there too; OpenInference attributes are not its business.',
      reason: "The gen_ai conventions' own default.",
    },
  },
} as const satisfies SettingSection;
