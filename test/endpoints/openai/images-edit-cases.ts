import type { ExchangeCase } from '../../support/exchange-case.js';
import { FORM_HEADERS, form } from '../../support/form.js';
import {
  ANSWER,
  answer,
  EDITS,
  edited,
  generated,
  HIDDEN,
  PICTURES,
  PLAIN,
  PNG,
  REQUEST,
  USAGE,
  url,
} from './images-answers.js';

/** Images that are edited or varied, and what is hidden of images. */
export const IMAGES_EDIT_CASES: readonly ExchangeCase[] = [
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
