import { USAGE } from '../../support/answers.js';
import type { OracleCase } from '../oracle-case.js';

const MODEL = 'gpt-3.5-turbo-instruct';

function completion(choices: object[], changes: object = {}): object {
  return { id: 'cmpl-1', object: 'text_completion', created: 1_700_000_000, model: `${MODEL}:1`, choices, ...changes };
}

const choice = (text: string, index = 0, finishReason: string | null = 'stop') => ({
  text,
  index,
  logprobs: null,
  finish_reason: finishReason,
});

function asked(name: string, parameters: object, answer: OracleCase['answer']): OracleCase {
  return {
    name,
    family: 'completions',
    client: 'openai',
    method: 'completions.create',
    parameters: { model: MODEL, prompt: 'Say', ...parameters },
    answer,
  };
}

export const COMPLETIONS_CASES: readonly OracleCase[] = [
  asked('text', { max_tokens: 5, temperature: 0 }, { body: completion([choice(' hi')], { usage: USAGE }) }),
  asked(
    'several prompts',
    { prompt: ['One', 'Two'], echo: true },
    {
      body: completion([choice('1'), choice('2', 1, 'length')], { usage: USAGE }),
    },
  ),
  asked(
    'several choices',
    { n: 2, best_of: 2, suffix: '!' },
    {
      body: completion([choice('a'), choice('b', 1)], { usage: USAGE }),
    },
  ),
  asked('token prompt', { prompt: [1, 2, 3] }, { body: completion([choice('a')], { usage: USAGE }) }),
  asked('no usage', {}, { body: completion([choice('a')]) }),
  asked(
    'log probabilities',
    { logprobs: 1 },
    {
      body: completion(
        [
          {
            ...choice('a'),
            logprobs: { text_offset: [0], token_logprobs: [-0.5], tokens: ['a'], top_logprobs: [{ a: -0.5 }] },
          },
        ],
        { usage: USAGE },
      ),
    },
  ),
  asked(
    'streamed',
    { stream: true, stream_options: { include_usage: true } },
    {
      events: [
        completion([choice('Hel', 0, null)]),
        completion([choice('lo', 0, null)]),
        completion([choice('')]),
        completion([], { usage: USAGE }),
        '[DONE]',
      ],
    },
  ),
  asked(
    'streamed choices',
    { stream: true, n: 2 },
    {
      events: [
        completion([choice('A', 0, null)]),
        completion([choice('B', 1, null)]),
        completion([choice('b', 1, 'length')]),
        completion([choice('a')]),
        '[DONE]',
      ],
    },
  ),
];
