import type { TextRequest } from './requests.js';
import { countTokens, splitTokens } from './tokens.js';

const QUOTED_CHARACTERS = 120;

/** One choice of an answer, in the tokens that will be sent. */
export interface Choice {
  index: number;
  tokens: string[];
  finishReason: 'stop' | 'length';
}

/** A made-up answer and what it costs. */
export interface TextAnswer {
  choices: Choice[];
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

/** Makes the answer up. Its first words say that it is simulated; its usage counts what came and what goes, no more. */
export function answerText(request: TextRequest): TextAnswer {
  const choices: Choice[] = [];
  for (let index = 0; index < request.prompts.length * request.choices; index += 1) {
    const all = splitTokens(answerWords(request, index));
    const tokens = request.maxTokens === undefined ? all : all.slice(0, request.maxTokens);
    choices.push({ index, tokens, finishReason: tokens.length < all.length ? 'length' : 'stop' });
  }
  const input = request.prompts.reduce((sum, prompt) => sum + countTokens(prompt), 0);
  const output = choices.reduce((sum, choice) => sum + choice.tokens.length, 0);
  return { choices, usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output } };
}

function answerWords(request: TextRequest, index: number): string {
  const quote = request.quote.replace(/\s+/gu, ' ').trim();
  const characters = [...quote.slice(0, QUOTED_CHARACTERS * 2)];
  const shown = characters.length > QUOTED_CHARACTERS ? `${characters.slice(0, QUOTED_CHARACTERS).join('')}…` : quote;
  const which = request.prompts.length * request.choices > 1 ? ` (choice ${index + 1})` : '';
  return (
    `This answer is simulated${which}: no model is behind it. ` +
    (shown === '' ? '' : `You wrote: “${shown}”. `) +
    'For a real one, start with --upstream and the address of your provider, or with --upstream llama.'
  );
}
