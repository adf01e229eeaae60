import type { ExchangeCase } from '../../support/exchange-case.js';
import { ANSWER, answer, generated, PICTURES, PLAIN, REQUEST, USAGE, url } from './images-answers.js';

/** An image of 1.5 MB as base64; it does not compress to nothing. */
const LARGE = Buffer.from(
  Array.from({ length: 1_125_000 }, (_, index) => Math.imul(index, 2_654_435_761) >>> 19),
).toString('base64');
/** What no parser needs to see to know the usage. */
const HUGE_ANSWER = answer([{ b64_json: LARGE }]);

/** Images that are made. */
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
  generated('a format by its other name', REQUEST, answer([{ b64_json: 'AA==' }], { output_format: 'JPG' }), {
    ...PLAIN,
    attributes: { [url(0)]: 'data:image/jpeg;base64,AA==' },
  }),
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
];
