import { STREAM_HEADERS, sse } from '../../support/answers.js';
import type { ExchangeCase, ExpectedCall } from '../../support/exchange-case.js';
import { FORM_HEADERS, form } from '../../support/form.js';
import { EDITS, GENERATIONS, PLAIN, PNG, REQUEST, USAGE, url } from './images-answers.js';

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
/** Streams of images. */
export const IMAGES_STREAM_CASES: readonly ExchangeCase[] = [
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
];
