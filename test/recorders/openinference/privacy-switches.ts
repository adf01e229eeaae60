/** The privacy switches, and bodies of every endpoint to try them on. */
import type { ContentPolicy } from '../../../src/model/content-policy.js';
import { STREAM_HEADERS } from '../../support/answers.js';
import { type Driven, driveExchange, IN_ONE_PIECE } from '../../support/drive-exchange.js';
import { LINES_HEADERS } from '../../support/ollama-answers.js';
import { type Kind, type SecretExchange, secretExchanges } from './privacy-fields.js';
import { secretMedia } from './privacy-media.js';
import { secretMessages } from './privacy-messages.js';
import { secretOllama } from './privacy-ollama.js';
import { secretRankings } from './privacy-rankings.js';
import { secretResponses } from './privacy-responses.js';

export type Switch = Exclude<keyof ContentPolicy, 'base64ImageMaxLength'>;

const INPUT: Kind[] = [
  'inputText',
  'inputToolCall',
  'inputImage',
  'longImage',
  'prompt',
  'embeddingText',
  'tool',
  'parameter',
  'aroundPrompt',
  'rendered',
  'document',
  'documentImage',
  'ranked',
  'token',
  'mediaInput',
  'imageName',
];

/** What each switch must keep in this process; the contract's table, written down by kind of content. */
export const HIDES: Record<Switch, Kind[]> = {
  hideInvocationParameters: ['parameter', 'rendered'],
  hideInputs: INPUT,
  hideOutputs: [
    'outputText',
    'outputToolCall',
    'choice',
    'aroundChoice',
    'vector',
    'rendered',
    'ranked',
    'token',
    'mediaOutput',
    'picture',
  ],
  hideInputMessages: [
    'inputText',
    'inputToolCall',
    'inputImage',
    'longImage',
    'aroundPrompt',
    'rendered',
    'token',
    'mediaInput',
    'imageName',
  ],
  hideOutputMessages: ['outputText', 'outputToolCall', 'aroundChoice', 'rendered', 'token', 'mediaOutput', 'picture'],
  hideInputImages: ['inputImage', 'longImage', 'documentImage', 'token', 'imageName'],
  hideInputText: [
    'inputText',
    'prompt',
    'aroundPrompt',
    'embeddingText',
    'rendered',
    'document',
    'ranked',
    'token',
    'mediaInput',
    'imageName',
  ],
  hideOutputText: ['outputText', 'choice', 'aroundChoice', 'rendered', 'ranked', 'token', 'mediaOutput'],
  hideEmbeddingsText: ['embeddingText'],
  hideEmbeddingsVectors: ['vector'],
  hidePrompts: ['prompt', 'aroundPrompt', 'rendered', 'token', 'mediaInput', 'imageName'],
  hideChoices: ['choice', 'aroundChoice'],
  hideTools: ['tool', 'rendered', 'token'],
};
export const SWITCHES = Object.keys(HIDES) as Switch[];
/** By name; `text` varies what is secret. */
export const everyExchange = (text: string) => ({
  ...secretExchanges(text),
  ...secretResponses(text),
  ...secretMessages(text),
  ...secretOllama(text),
  ...secretRankings(text),
  ...secretMedia(text),
});
export const EXCHANGES = Object.keys(everyExchange(''));

/** Runs one of them with a policy. */
export function drive(one: SecretExchange, policy: Partial<ContentPolicy>, status = 200): Promise<Driven> {
  const stream = one.lines ? LINES_HEADERS : STREAM_HEADERS;
  const headers = one.streamed && status === 200 ? stream : status === 200 ? (one.responseHeaders ?? {}) : {};
  return driveExchange(
    {
      name: '',
      request: { path: one.path, headers: one.requestHeaders ?? {}, body: one.request },
      response: { status, headers, body: one.response },
      policy,
      expected: {},
    },
    IN_ONE_PIECE,
  );
}

/** What the switches hide, each of them. */
export function hiddenKinds(switches: readonly Switch[]): Kind[] {
  return [...new Set(switches.flatMap((each) => HIDES[each]))];
}

export const policyOf = (switches: readonly Switch[]) => Object.fromEntries(switches.map((each) => [each, true]));
