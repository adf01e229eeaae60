import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';
import {
  generateAnswer,
  generateLine,
  JSON_HEADERS,
  LINES_HEADERS,
  lines,
  PLAIN,
  PNG,
  STREAMED,
} from '../../support/ollama-answers.js';

const PATH = '/ollama/api/generate';
const REQUEST = { model: 'llama3.2', prompt: 'Why is the sky blue?' };

function called(
  name: string,
  request: object,
  answer: object | string,
  expected: ExpectedCall | 'ignored',
  response: ExchangeCase['response'] = {},
): ExchangeCase {
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return {
    name,
    request: { path: PATH, body: JSON.stringify({ stream: false, ...request }) },
    response: { headers: JSON_HEADERS, body, ...response },
    expected,
  };
}

function streamed(
  name: string,
  body: string,
  expected: ExpectedCall,
  response: ExchangeCase['response'] = {},
): ExchangeCase {
  return {
    name,
    request: { path: PATH, body: JSON.stringify(REQUEST) },
    response: { headers: LINES_HEADERS, body, ...response },
    expected,
  };
}

const ANSWER = generateAnswer({ response: 'Streuung 🌈' });
const TEXT = 'llm.choices.0.completion.text';

/** POST /api/generate. */
export const GENERATE_CASES: readonly ExchangeCase[] = [
  called('plain', REQUEST, ANSWER, {
    ...PLAIN,
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.system': 'ollama',
      'llm.prompts.0.prompt.text': 'Why is the sky blue?',
      [TEXT]: 'Streuung 🌈',
      'llm.invocation_parameters': '{"stream":false,"model":"llama3.2"}',
      'llm.finish_reason': 'stop',
      'llm.token_count.total': 324,
      'output.value': JSON.stringify(ANSWER),
      'llm.input_messages.0.message.role': undefined,
      'llm.output_messages.0.message.role': undefined,
    },
  }),
  called(
    'a system prompt, images, a suffix, a template and an earlier conversation',
    { ...REQUEST, system: 'Be brief.', images: [PNG], suffix: '.', template: '{{ .Prompt }}', context: [1, 2] },
    ANSWER,
    {
      ...PLAIN,
      attributes: {
        'llm.invocation_parameters': '{"stream":false,"model":"llama3.2"}',
        'llm.input_messages.0.message.role': 'system',
        'llm.input_messages.0.message.content': 'Be brief.',
        'llm.input_messages.1.message.role': 'user',
        'llm.input_messages.1.message.contents.0.message_content.image.image.url': `data:image/png;base64,${PNG}`,
      },
    },
  ),
  called(
    'reasoning beside the answer',
    { ...REQUEST, think: true, options: { stop: ['x'] } },
    generateAnswer({ response: 'blue', thinking: 'Rayleigh' }),
    {
      ...PLAIN,
      attributes: {
        'llm.invocation_parameters': '{"stream":false,"model":"llama3.2","think":true,"options":{"stop":["x"]}}',
        [TEXT]: 'blue',
        'llm.output_messages.0.message.role': 'assistant',
        'llm.output_messages.0.message.contents.0.message_content.text': 'Rayleigh',
      },
    },
  ),
  called('an image is made', REQUEST, generateAnswer({ image: PNG }), {
    ...PLAIN,
    attributes: {
      [TEXT]: '',
      'llm.output_messages.0.message.contents.0.message_content.image.image.url': `data:image/png;base64,${PNG}`,
    },
  }),
  called(
    'an empty prompt loads the model',
    { model: 'llama3.2' },
    { model: 'llama3.2', created_at: '2026-02-26T10:11:12Z', response: '', done: true, done_reason: 'load' },
    {
      ...PLAIN,
      usage: {},
      finishReasons: ['load'],
      attributes: { 'llm.prompts.0.prompt.text': undefined, [TEXT]: '' },
    },
  ),
  called('counters of 0 are known', REQUEST, generateAnswer({}, { prompt_eval_count: 0, eval_count: 0 }), {
    ...PLAIN,
    usage: { input: 0, output: 0 },
  }),
  called(
    'hostile shapes',
    { ...REQUEST, prompt: [1], system: {}, images: 7, options: 'x' },
    {
      response: '',
      thinking: 7,
      tool_calls: 'x',
      image: {},
      context: 'x',
      done: true,
    },
    { requestModel: 'llama3.2', provider: 'ollama' },
  ),
  called(
    'a server in trouble',
    REQUEST,
    '{"error":"llama runner process has terminated"}',
    {
      requestModel: 'llama3.2',
      provider: 'ollama',
      failure: {
        type: '500',
        exception: { status: 500, body: '{"error":"llama runner process has terminated"}' },
      },
    },
    { status: 500 },
  ),
  called('no answer', REQUEST, '{"text":"blue"}', {
    requestModel: 'llama3.2',
    provider: 'ollama',
    failure: { type: 'unparsable_response' },
  }),
  called("another application's path", { prompt: 'x' }, '{"ok":true}', 'ignored'),
  streamed(
    'a stream',
    lines(generateLine({ response: 'Streu' }), generateLine({ response: 'ung 🌈' }), generateAnswer({})),
    { ...STREAMED, output: ANSWER, attributes: { [TEXT]: 'Streuung 🌈' } },
  ),
  streamed(
    'a stream of reasoning and tool calls',
    lines(
      generateLine({ thinking: 'a' }),
      generateLine({ thinking: 'b' }),
      generateLine({ tool_calls: [{ function: { name: 'f', arguments: { x: 1 } } }] }),
      generateAnswer({}),
    ),
    {
      ...STREAMED,
      output: { ...generateAnswer({}), thinking: 'ab', tool_calls: [{ function: { name: 'f', arguments: { x: 1 } } }] },
      attributes: {
        'llm.output_messages.0.message.contents.0.message_content.text': 'ab',
        'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"x":1}',
      },
    },
  ),
  streamed(
    'a stream that tells how far an image has come',
    lines(
      { ...generateLine({}), completed: 1, total: 4 },
      { ...generateLine({}), completed: 4, total: 4 },
      generateAnswer({}, { eval_count: undefined }),
    ),
    {
      ...STREAMED,
      content: false,
      usage: { input: 26 },
      output: { ...generateAnswer({}, { eval_count: undefined }), completed: 4, total: 4 },
    },
  ),
  streamed(
    'cut before its end',
    lines(generateLine({ response: 'Streu' })),
    {
      ...STREAMED,
      usage: {},
      finishReasons: [],
      failure: { type: 'interrupted' },
      output: generateLine({ response: 'Streu' }),
    },
    { end: 'cut' },
  ),
  streamed(
    'done, then cut',
    lines(generateLine({ response: 'Streuung 🌈' }), generateAnswer({})),
    {
      ...STREAMED,
      output: ANSWER,
    },
    { end: 'cut' },
  ),
  streamed('an error line', lines(generateLine({ response: 'a' }), { error: 'boom' }), {
    ...STREAMED,
    usage: {},
    finishReasons: [],
    failure: { type: 'stream_error', exception: { status: 200, body: '{"error":"boom"}' } },
  }),
];
