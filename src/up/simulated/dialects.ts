import { randomBytes } from 'node:crypto';
import type { Choice, TextAnswer } from './text-answers.js';

/** The name under which the simulated model answers, whatever model was asked for. */
export const SIMULATED_MODEL = 'simulated';

/** How one endpoint words an answer: whole, and event by event. */
export interface Dialect {
  whole(answer: TextAnswer): object;
  /** The first event of a choice; absent where the endpoint has none. */
  opening?(choice: Choice): object;
  token(choice: Choice, token: string): object;
  closing(choice: Choice): object;
  /** The event after the last choice that carries the usage. */
  usage(answer: TextAnswer): object;
}

/** Chat completions. */
export function createChatDialect(withUsage: boolean): Dialect {
  const head = createHead('chatcmpl');
  const chunk = (choices: object[]) => ({
    ...head('chat.completion.chunk'),
    choices,
    ...(withUsage && { usage: null }),
  });
  const delta = (choice: Choice, value: object, reason: string | null) =>
    chunk([{ index: choice.index, delta: value, logprobs: null, finish_reason: reason }]);
  return {
    whole: (answer) => ({
      ...head('chat.completion'),
      choices: answer.choices.map((choice) => ({
        index: choice.index,
        message: { role: 'assistant', content: choice.tokens.join(''), refusal: null },
        logprobs: null,
        finish_reason: choice.finishReason,
      })),
      usage: answer.usage,
    }),
    opening: (choice) => delta(choice, { role: 'assistant', content: '' }, null),
    token: (choice, token) => delta(choice, { content: token }, null),
    closing: (choice) => delta(choice, {}, choice.finishReason),
    usage: (answer) => ({ ...chunk([]), usage: answer.usage }),
  };
}

/** Legacy completions. */
export function createCompletionDialect(withUsage: boolean): Dialect {
  const head = createHead('cmpl');
  const chunk = (choices: object[]) => ({ ...head('text_completion'), choices, ...(withUsage && { usage: null }) });
  const part = (choice: Choice, text: string, reason: string | null) => ({
    index: choice.index,
    text,
    logprobs: null,
    finish_reason: reason,
  });
  return {
    whole: (answer) => ({
      ...chunk(answer.choices.map((choice) => part(choice, choice.tokens.join(''), choice.finishReason))),
      usage: answer.usage,
    }),
    token: (choice, token) => chunk([part(choice, token, null)]),
    closing: (choice) => chunk([part(choice, '', choice.finishReason)]),
    usage: (answer) => ({ ...chunk([]), usage: answer.usage }),
  };
}

/** The members that all events of one answer share. */
function createHead(prefix: string): (object: string) => object {
  const id = `${prefix}-simulated-${randomBytes(8).toString('hex')}`;
  const created = Math.floor(Date.now() / 1000);
  return (object) => ({ id, object, created, model: SIMULATED_MODEL, system_fingerprint: 'simulated' });
}
