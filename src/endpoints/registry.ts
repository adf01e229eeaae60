import { countTokens } from './anthropic/count-tokens.js';
import { messages } from './anthropic/messages.js';
import { rerank } from './cohere/rerank.js';
import type { Endpoint } from './endpoint.js';
import { ollamaChat } from './ollama/chat.js';
import { ollamaEmbed } from './ollama/embed.js';
import { ollamaGenerate } from './ollama/generate.js';
import { audioSpeech } from './openai/audio-speech.js';
import { audioTranscriptions, audioTranslations } from './openai/audio-transcripts.js';
import { chatCompletions } from './openai/chat-completions.js';
import { completions } from './openai/completions.js';
import { embeddings } from './openai/embeddings.js';
import { images } from './openai/images.js';
import { responses } from './openai/responses.js';
import { responsesInputTokens } from './openai/responses-input-tokens.js';
import { tokenize } from './vllm/tokenize.js';

/** Every endpoint; a longer suffix stands before the one it ends in. */
export const ENDPOINTS: readonly Endpoint[] = [
  chatCompletions,
  completions,
  ollamaEmbed,
  embeddings,
  countTokens,
  messages,
  responses,
  responsesInputTokens,
  images,
  audioSpeech,
  audioTranscriptions,
  audioTranslations,
  ollamaChat,
  ollamaGenerate,
  rerank,
  tokenize,
];

/** Characters of a path that are looked at; Envoy's own limit on headers is far above. */
const PATH_CHARACTERS = 8192;

/**
 * The endpoint of a request: POST only, by suffix of the path at a `/`, case-sensitive, without query and trailing slash
 * (telemetry contract, section 1). `undefined`: no GenAI call.
 */
export function findEndpoint(method: string | undefined, path: string | undefined): Endpoint | undefined {
  if (method !== 'POST' || path === undefined || path.length > PATH_CHARACTERS) return undefined;
  const plain = withoutQuery(path);
  return ENDPOINTS.find(
    ({ suffixes, notBelow }) =>
      suffixes.some((suffix) => plain.endsWith(suffix)) && !notBelow?.some((part) => plain.includes(part)),
  );
}

function withoutQuery(path: string): string {
  const query = path.search(/[?#]/);
  const plain = query === -1 ? path : path.slice(0, query);
  return plain.endsWith('/') ? plain.slice(0, -1) : plain;
}
