import { STREAM_HEADERS, sse } from '../../support/answers.js';
import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';
import { FORM_HEADERS, form, type Part } from '../../support/form.js';

const GENERATIONS = '/v1/images/generations';
const EDITS = '/v1/images/edits';
const REQUEST = { model: 'gpt-image-1', prompt: 'a cat', n: 2, size: '1024x1024' };
const USAGE = {
  input_tokens: 10,
  output_tokens: 20,
  total_tokens: 30,
  input_tokens_details: { image_tokens: 0, text_tokens: 10 },
};
const PLAIN: ExpectedCall = { requestModel: 'gpt-image-1', usage: { input: 10, output: 20, total: 30 } };
const HIDDEN = '__REDACTED__';

function answer(data: unknown, changes: object = {}): string {
  return JSON.stringify({ created: 1_700_000_000, data, output_format: 'jpeg', size: '1x1', usage: USAGE, ...changes });
}

const PICTURES = [{ b64_json: 'aGVsbG8=', revised_prompt: 'a nice cat' }, { url: 'https://images.test/2.png' }];
const ANSWER = answer(PICTURES);
const url = (index: number) => `output.images.${index}.image.url`;

function generated(name: string, request: object, body: string, expected: ExpectedCall): ExchangeCase {
  return { name, request: { path: GENERATIONS, body: JSON.stringify(request) }, response: { body }, expected };
}

function edited(name: string, parts: Part[], expected: ExpectedCall, path = EDITS): ExchangeCase {
  return { name, request: { path, headers: FORM_HEADERS, body: form(...parts) }, response: { body: ANSWER }, expected };
}

const PNG = { name: 'cat.png', type: 'image/png', bytes: Buffer.from('89504e470d0a1a0aff00fe', 'hex') };
/** An image of 1.5 MB as base64; it does not compress to nothing. */
const LARGE = Buffer.from(
  Array.from({ length: 1_125_000 }, (_, index) => Math.imul(index, 2_654_435_761) >>> 19),
).toString('base64');
/** What no parser needs to see to know the usage. */
const HUGE_ANSWER = answer([{ b64_json: LARGE }]);

const partial = (b64_json: string, index: number) => ({
  type: 'image_generation.partial_image',
  b64_json,
  partial_image_index: index,
  output_format: 'png',
});
const completed = (changes: object = {}) => ({
  type: 'image_generation.completed',
  b64_json: 'QkJCQg==',
  created_at: 1,
  output_format: 'webp',
  usage: USAGE,
  ...changes,
});

function streamed(
  name: string,
  body: string,
  expected: ExpectedCall,
  end: 'complete' | 'cut' = 'complete',
): ExchangeCase {
  return {
    name,
    request: { path: GENERATIONS, body: JSON.stringify({ ...REQUEST, stream: true }) },
    response: { headers: STREAM_HEADERS, body, end },
    expected: { ...PLAIN, streaming: true, ...expected },
  };
}

/** Images: made, edited and varied. */
export const IMAGES_CASES: readonly ExchangeCase[] = [
  generated('generated', REQUEST, ANSWER, {
    ...PLAIN,
    output: JSON.parse(ANSWER),
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.system': 'openai',
      'llm.model_name': 'gpt-image-1',
      'llm.token_count.prompt': 10,
      'llm.token_count.completion': 20,
      'llm.token_count.total': 30,
      'llm.invocation_parameters': '{"model":"gpt-image-1","n":2,"size":"1024x1024"}',
      'input.value': JSON.stringify(REQUEST),
      'input.mime_type': 'application/json',
      'output.value': ANSWER,
      'output.mime_type': 'application/json',
      [url(0)]: 'data:image/jpeg;base64,aGVsbG8=',
      [url(1)]: 'https://images.test/2.png',
      'llm.input_messages.0.message.content': undefined,
    },
  }),
  generated('unicode', { ...REQUEST, prompt: '猫 🐈 "quoted"' }, answer([{ url: 'https://images.test/猫.png' }]), {
    ...PLAIN,
    attributes: {
      'input.value': JSON.stringify({ ...REQUEST, prompt: '猫 🐈 "quoted"' }),
      [url(0)]: 'https://images.test/猫.png',
    },
  }),
  generated(
    'formats by name, by their media type, unknown ones',
    REQUEST,
    answer([{ b64_json: 'AA==' }], { output_format: 'JPG' }),
    {
      ...PLAIN,
      attributes: { [url(0)]: 'data:image/jpeg;base64,AA==' },
    },
  ),
  generated('a format that nobody knows', REQUEST, answer([{ b64_json: 'AA==' }], { output_format: 'tiff' }), {
    ...PLAIN,
    attributes: { [url(0)]: 'data:image/png;base64,AA==' },
  }),
  generated('a data URL where base64 is promised', REQUEST, answer([{ b64_json: 'data:image/gif;base64,AA==' }]), {
    ...PLAIN,
    attributes: { [url(0)]: 'data:image/gif;base64,AA==' },
  }),
  generated(
    'entries that are no images keep their places',
    REQUEST,
    answer([null, 'x', {}, { url: 'https://i.test' }]),
    {
      ...PLAIN,
      attributes: { [url(0)]: undefined, [url(1)]: undefined, [url(2)]: undefined, [url(3)]: 'https://i.test' },
    },
  ),
  generated('without usage, as older models', REQUEST, answer(PICTURES, { usage: undefined }), { ...PLAIN, usage: {} }),
  generated('reported zeros', REQUEST, answer([], { usage: { input_tokens: 0, output_tokens: 0 } }), {
    ...PLAIN,
    usage: { input: 0, output: 0 },
    attributes: { 'llm.token_count.total': 0 },
  }),
  generated(
    'usage that is none',
    REQUEST,
    answer([], { usage: { input_tokens: -1, output_tokens: '3', total_tokens: 1.5 } }),
    {
      ...PLAIN,
      usage: {},
    },
  ),
  generated('a server that tells model and id', REQUEST, answer([], { model: 'flux-1', id: 'img_1' }), {
    ...PLAIN,
    reportedModel: 'flux-1',
    responseId: 'img_1',
  }),
  generated('a large answer is not parsed for its usage', REQUEST, answer([{ b64_json: LARGE.slice(0, 600_000) }]), {
    ...PLAIN,
    attributes: { [url(0)]: `data:image/jpeg;base64,${LARGE.slice(0, 600_000)}` },
  }),
  generated('a large answer beyond the cap: its usage is known', REQUEST, HUGE_ANSWER, {
    ...PLAIN,
    truncated: true,
    attributes: { [url(0)]: undefined, 'output.value': HUGE_ANSWER.slice(0, 1 << 20) },
  }),
  generated(
    'a large answer, usage before the images',
    REQUEST,
    JSON.stringify({ usage: USAGE, data: [{ b64_json: LARGE }] }),
    {
      ...PLAIN,
      truncated: true,
    },
  ),
  generated('an object that is no answer', REQUEST, '{"images":[]}', {
    requestModel: 'gpt-image-1',
    failure: { type: 'unparsable_response' },
  }),
  {
    ...generated('a page with status 200', REQUEST, '<html></html>', {
      requestModel: 'gpt-image-1',
      failure: { type: 'unparsable_response' },
    }),
    response: { headers: { 'content-type': 'text/html' }, body: '<html></html>' },
  },
  {
    ...generated('moderation', REQUEST, '', {
      requestModel: 'gpt-image-1',
      failure: { type: '400', exception: { status: 400, body: '{"error":{"code":"moderation_blocked"}}' } },
    }),
    response: { status: 400, body: '{"error":{"code":"moderation_blocked"}}' },
  },
  edited(
    'edited: a form, its files as names and sizes, numbers as numbers',
    [
      ['image[]', PNG],
      ['image[]', { ...PNG, name: 'dog.png' }],
      ['mask', { ...PNG, name: 'mask.png' }],
      ['prompt', 'a dog'],
      ['model', 'gpt-image-1'],
      ['n', '2'],
      ['output_compression', '80'],
      ['quality', 'high'],
      ['stream', 'false'],
    ],
    {
      ...PLAIN,
      attributes: {
        'input.value': JSON.stringify({
          image: [
            { name: 'cat.png', size: 11 },
            { name: 'dog.png', size: 11 },
          ],
          mask: { name: 'mask.png', size: 11 },
          prompt: 'a dog',
          model: 'gpt-image-1',
          n: 2,
          output_compression: 80,
          quality: 'high',
          stream: false,
        }),
        'input.mime_type': 'application/json',
        'llm.invocation_parameters':
          '{"model":"gpt-image-1","n":2,"output_compression":80,"quality":"high","stream":false}',
        'input.images.0.image.url': undefined,
      },
    },
  ),
  edited(
    'varied',
    [
      ['image', PNG],
      ['model', 'dall-e-2'],
    ],
    {
      ...PLAIN,
      requestModel: 'dall-e-2',
      attributes: { 'input.value': '{"image":{"name":"cat.png","size":11},"model":"dall-e-2"}' },
    },
    '/v1/images/variations',
  ),
  {
    name: 'edited by a JSON request',
    request: {
      path: EDITS,
      body: JSON.stringify({
        model: 'gpt-image-1',
        prompt: 'x',
        images: [{ image_url: 'data:image/png;base64,AAAA' }],
      }),
    },
    response: { body: ANSWER },
    expected: { ...PLAIN, attributes: { 'llm.invocation_parameters': '{"model":"gpt-image-1"}' } },
  },
  {
    ...edited(
      'a form whose image is far beyond the cap',
      [
        ['image', { ...PNG, bytes: Buffer.alloc(5000, 'x') }],
        ['model', 'gpt-image-1'],
        ['prompt', 'p'],
      ],
      {
        ...PLAIN,
        attributes: { 'input.value': '{"image":{"name":"cat.png","size":5000},"model":"gpt-image-1","prompt":"p"}' },
      },
    ),
    contentBytes: 600,
  },
  {
    ...edited(
      'a form whose prompt is beyond the cap',
      [
        ['prompt', 'x'.repeat(2000)],
        ['model', 'gpt-image-1'],
      ],
      {
        ...PLAIN,
        truncated: true,
        attributes: { 'input.value': `{"prompt":"${'x'.repeat(592)}"}` },
      },
    ),
    contentBytes: 600,
  },
  {
    ...edited('a form without its end', [], { ...PLAIN, failure: { type: 'unparsable_request' } }),
    request: {
      path: EDITS,
      headers: FORM_HEADERS,
      body: form(['model', 'gpt-image-1'], ['prompt', 'p']).subarray(0, -40),
    },
  },
  {
    ...edited('a form that the API refuses says so', [], {
      requestModel: 'gpt-image-1',
      failure: { type: '400', exception: { status: 400, body: '{}' } },
    }),
    request: {
      path: EDITS,
      headers: FORM_HEADERS,
      body: form(['model', 'gpt-image-1'], ['prompt', 'p']).subarray(0, -20),
    },
    response: { status: 400, body: '{}' },
  },
  {
    ...edited('a form without a boundary', [], {
      usage: { input: 10, output: 20, total: 30 },
      failure: { type: 'unparsable_request' },
      attributes: { 'input.value': undefined },
    }),
    request: { path: EDITS, headers: { 'content-type': 'multipart/form-data' }, body: form(['model', 'm']) },
  },
  streamed('streamed', sse(partial('QUE=', 0), partial('QUI=', 1), completed()), {
    content: true,
    output: completed(),
    attributes: {
      [url(0)]: 'data:image/webp;base64,QkJCQg==',
      [url(1)]: undefined,
      'output.mime_type': 'application/json',
    },
  }),
  {
    ...streamed('an edit, streamed', '', { content: true }),
    request: {
      path: EDITS,
      headers: FORM_HEADERS,
      body: form(['image[]', PNG], ['model', 'gpt-image-1'], ['stream', 'true'], ['partial_images', '1']),
    },
    response: {
      headers: STREAM_HEADERS,
      body: sse(
        { type: 'image_edit.partial_image', b64_json: 'QUE=' },
        { ...completed(), type: 'image_edit.completed' },
      ),
    },
    expected: {
      ...PLAIN,
      streaming: true,
      content: true,
      output: { ...completed(), type: 'image_edit.completed' },
      attributes: { 'llm.invocation_parameters': '{"model":"gpt-image-1","stream":true,"partial_images":1}' },
    },
  },
  {
    ...streamed(
      'streamed, partial images beyond the cap: the last one counts',
      sse(partial('A'.repeat(900), 0), partial('B'.repeat(900), 1), completed()),
      {
        content: true,
        output: completed(),
      },
    ),
    contentBytes: 1024,
  },
  streamed('streamed, cut after its last event', sse(completed()), { content: true, output: completed() }, 'cut'),
  streamed(
    'streamed, cut before its last event: what came is kept',
    sse(partial('QUE=', 0)),
    { content: true, usage: {}, failure: { type: 'interrupted' }, output: partial('QUE=', 0) },
    'cut',
  ),
  streamed('streamed without usage', sse(completed({ usage: undefined })), { content: true, usage: {} }),
  streamed(
    'streamed, events of unknown types',
    sse({ type: 'ping' }, { type: 'image_generation.queued', x: [1] }, completed(), { type: 'later' }),
    {
      content: true,
      output: completed(),
    },
  ),
  streamed('streamed, an error event', sse(partial('QUE=', 0), { error: { type: 'server_error', message: 'no' } }), {
    content: true,
    usage: {},
    failure: {
      type: 'server_error',
      exception: { status: 200, body: '{"error":{"type":"server_error","message":"no"}}' },
    },
  }),
  streamed('streamed, an error event without an error member', sse({ type: 'error', code: 'rate_limit_exceeded' }), {
    usage: {},
    failure: {
      type: 'rate_limit_exceeded',
      exception: { status: 200, body: '{"type":"error","code":"rate_limit_exceeded"}' },
    },
  }),
  {
    ...generated('hidden images and texts of a form leave names of members and sizes', REQUEST, ANSWER, PLAIN),
    request: {
      path: EDITS,
      headers: FORM_HEADERS,
      body: form(['image', PNG], ['prompt', 'a dog'], ['model', 'gpt-image-1']),
    },
    policy: { hideInputText: true },
    expected: {
      ...PLAIN,
      attributes: {
        'input.value': `{"image":{"name":"${HIDDEN}","size":11},"prompt":"${HIDDEN}","model":"gpt-image-1"}`,
      },
    },
  },
  {
    ...generated('hidden texts of an answer leave its images', REQUEST, ANSWER, PLAIN),
    policy: { hideOutputText: true },
    expected: {
      ...PLAIN,
      output: JSON.parse(answer([{ b64_json: 'aGVsbG8=', revised_prompt: HIDDEN }, PICTURES[1]])),
      attributes: { [url(0)]: 'data:image/jpeg;base64,aGVsbG8=' },
    },
  },
  {
    ...generated('hidden messages take the images with them', REQUEST, ANSWER, PLAIN),
    policy: { hideOutputMessages: true, hideInputMessages: true },
    expected: {
      ...PLAIN,
      output: { created: 1_700_000_000, output_format: 'jpeg', size: '1x1', usage: USAGE },
      attributes: {
        [url(0)]: undefined,
        'input.value': '{"model":"gpt-image-1","n":2,"size":"1024x1024"}',
      },
    },
  },
  {
    ...generated('an inline image beyond its limit', REQUEST, ANSWER, PLAIN),
    request: {
      path: EDITS,
      body: JSON.stringify({
        model: 'gpt-image-1',
        images: [{ image_url: `data:image/png;base64,${'A'.repeat(200)}` }, { image_url: 'https://i.test/1.png' }],
      }),
    },
    policy: { base64ImageMaxLength: 100 },
    expected: {
      ...PLAIN,
      attributes: {
        'input.value': `{"model":"gpt-image-1","images":[{"image_url":"${HIDDEN}"},{"image_url":"https://i.test/1.png"}]}`,
      },
    },
  },
];
