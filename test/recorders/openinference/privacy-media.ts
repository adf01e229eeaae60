/** Bodies of images and audio in which every text, name and image is a secret that says what it is. */
import { sse } from '../../support/answers.js';
import { FORM_HEADERS, form, type Part } from '../../support/form.js';
import { type SecretExchange, secret } from './privacy-fields.js';

const USAGE = { type: 'tokens', input_tokens: 1, output_tokens: 2, total_tokens: 3 };

export function secretMedia(text: string): Record<string, SecretExchange> {
  const said = secret('mediaInput', text);
  const heard = secret('mediaOutput', text);
  const made = secret('picture', text);
  const parameter = secret('parameter', text);
  // what a header of a part may not hold
  const named = text.replace(/["\\\r\n]/g, '');
  const image: Part = ['image[]', { name: `${secret('imageName', named)}.png`, type: 'image/png', bytes: 'pixels' }];
  const sound: Part = ['file', { name: `${secret('mediaInput', named)}.mp3`, type: 'audio/mpeg', bytes: 'waves' }];
  const transcript: Part[] = [sound, ['model', 'whisper-1'], ['prompt', said], ['known_speaker_names[]', said]];
  const transcriptions = { path: '/v1/audio/transcriptions', requestHeaders: FORM_HEADERS };
  const formOf = (...parts: Part[]) => form(...parts, ['user', parameter]).toString();
  return {
    'images, generated': {
      path: '/v1/images/generations',
      streamed: false,
      request: JSON.stringify({ model: 'm', prompt: said, negative_prompt: [said], user: parameter }),
      response: JSON.stringify({
        data: [{ b64_json: made, revised_prompt: heard, note: { deep: heard } }, { url: made }, heard],
        usage: USAGE,
        note: heard,
      }),
    },
    'images, generated, streamed': {
      path: '/v1/images/generations',
      streamed: true,
      request: JSON.stringify({ model: 'm', prompt: { deep: said }, stream: true }),
      response: sse({ type: 'image_generation.completed', b64_json: made, revised_prompt: heard, usage: USAGE }),
    },
    'images, edited by a form': {
      path: '/v1/images/edits',
      streamed: false,
      requestHeaders: FORM_HEADERS,
      request: formOf(image, image, ['model', 'm'], ['prompt', said]),
      response: JSON.stringify({ data: [{ url: made, revised_prompt: heard }], usage: USAGE }),
    },
    'images, edited by an object': {
      path: '/v1/images/edits',
      streamed: false,
      request: JSON.stringify({
        model: 'm',
        prompt: said,
        images: [{ image_url: secret('inputImage', text), caption: said }, secret('inputImage', text)],
        mask: { image_url: secret('inputImage', text) },
      }),
      response: JSON.stringify({ data: heard, usage: USAGE }),
    },
    speech: {
      path: '/v1/audio/speech',
      streamed: false,
      responseHeaders: { 'content-type': 'audio/mpeg' },
      request: JSON.stringify({ model: 'm', input: said, instructions: said, voice: parameter }),
      response: 'waves',
    },
    'speech, streamed': {
      path: '/v1/audio/speech',
      streamed: true,
      request: JSON.stringify({ model: 'm', input: [said], instructions: { deep: said }, stream_format: 'sse' }),
      response: sse({ type: 'speech.audio.delta', audio: 'AAAA' }, { type: 'speech.audio.done', usage: USAGE }),
    },
    transcript: {
      ...transcriptions,
      streamed: false,
      request: formOf(...transcript),
      response: JSON.stringify({
        text: heard,
        segments: [{ text: heard }],
        words: [{ word: heard }],
        logprobs: [{ token: heard }],
        note: heard,
        usage: USAGE,
      }),
    },
    'transcript, as a text': {
      ...transcriptions,
      streamed: false,
      responseHeaders: { 'content-type': 'text/plain' },
      request: formOf(...transcript),
      response: heard,
    },
    'transcript, streamed': {
      ...transcriptions,
      streamed: true,
      request: formOf(...transcript, ['stream', 'true']),
      response: sse(
        { type: 'transcript.text.delta', delta: heard },
        { type: 'transcript.text.segment', text: heard, speaker: heard },
        { type: 'transcript.text.done', text: heard, logprobs: [{ token: heard }], usage: USAGE },
      ),
    },
    'transcript, of a form that is broken': {
      ...transcriptions,
      streamed: false,
      request: form(...transcript, ['last', 'lost'])
        .toString()
        .slice(0, -20),
      response: JSON.stringify({ text: heard }),
    },
  };
}
