import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import { asArray, asObject, asString, asText, emptyObject, type Json, type JsonObject } from '../../model/json.js';
import type { RequestContent, ResponseContent } from '../../model/message.js';
import type { Endpoint, StreamFold } from '../endpoint.js';
import { readParameters } from '../parameters.js';
import { readSession } from '../session.js';
import { redactChoices, withoutContent } from './chat-redaction.js';
import { CHOICES, choiceIndex, foldMembers, readChunk, readEnvelope, sumOf, without } from './envelope.js';

/** POST …/completions (OpenAI API reference, "Create completion", legacy). */
export const completions: Endpoint = {
  traits: {
    operation: 'completion',
    genAiOperation: 'text_completion',
    spanName: 'Completion',
    spanKind: 'LLM',
    system: 'openai',
    provider: 'openai',
  },
  suffixes: ['/completions'],
  shared: true,
  tailMembers: ['model', 'usage'],
  readRequest: (body) => ({ model: asText(body['model']), stream: body['stream'] === true, ...readSession(body) }),
  readResponse: readEnvelope,
  isResponse: (body) => Array.isArray(body['choices']),
  readEvent: (event) =>
    readChunk(
      event,
      (asArray(event['choices']) ?? []).some((choice) => asText(asObject(choice)?.['text']) !== undefined),
    ),
  createFold,
  describeRequest,
  describeResponse,
  redactRequest,
  redactResponse,
};

interface ChoiceFold {
  text: string;
  finishReason?: string | undefined;
}

function createFold(): StreamFold {
  const members = emptyObject();
  const sizes = new Map<string, number>();
  const choices = new Map<number, ChoiceFold>();
  let joined = 0; // characters of the choices' texts
  return {
    push(event, characters) {
      foldMembers(members, event, sizes, characters);
      for (const [place, entry] of (asArray(event['choices']) ?? []).entries()) {
        const chunk = asObject(entry);
        const index = choiceIndex(chunk, place);
        if (!chunk || index === undefined) continue;
        const choice = choices.get(index) ?? { text: '' };
        if (choices.size < CHOICES) choices.set(index, choice);
        const text = asString(chunk['text']) ?? '';
        const reason = asText(chunk['finish_reason']);
        joined += text.length + (reason?.length ?? 0);
        choice.finishReason = reason ?? choice.finishReason;
        choice.text += text;
      }
    },
    held: () => joined + sumOf(sizes),
    result() {
      const folded = without(members, []);
      folded['choices'] = [...choices.entries()]
        .sort(([first], [second]) => first - second)
        .map(([index, { text, finishReason }]) =>
          finishReason === undefined ? { index, text } : { index, text, finish_reason: finishReason },
        );
      return folded;
    },
  };
}

/** A prompt is a text, a list of texts, or token numbers, which have no text. The suffix is content, no parameter. */
function describeRequest(body: JsonObject): RequestContent {
  const prompt = body['prompt'];
  const list = asString(prompt) !== undefined ? [prompt] : (asArray(prompt) ?? []);
  return {
    prompts: list.filter((entry): entry is string => typeof entry === 'string'),
    invocationParameters: without(body, ['prompt', 'suffix']),
    parameters: readParameters(body),
  };
}

function describeResponse(body: JsonObject): ResponseContent {
  return { choices: asArray(body['choices'])?.map((choice) => asString(asObject(choice)?.['text']) ?? '') };
}

function redactRequest(body: JsonObject, policy: ContentPolicy): JsonObject {
  const copy = policy.hideInvocationParameters
    ? without({ prompt: body['prompt'], suffix: body['suffix'] }, [])
    : without(body, []);
  if (policy.hidePrompts || policy.hideInputText) {
    if (copy['prompt'] !== undefined) copy['prompt'] = hidePrompt(copy['prompt']);
    if (copy['suffix'] !== undefined) copy['suffix'] = REDACTED;
  }
  return copy;
}

/** Each text its own marker, so that the number of prompts stays visible. */
function hidePrompt(prompt: Json): Json {
  const list = asArray(prompt);
  return list?.every((entry) => typeof entry === 'string') ? list.map(() => REDACTED) : REDACTED;
}

function redactResponse(body: JsonObject, policy: ContentPolicy): JsonObject {
  if (!policy.hideChoices && !policy.hideOutputText) return body;
  const copy = without(body, []);
  const choices = redactChoices(body['choices'], (choice) => ({
    ...withoutContent(choice),
    text: REDACTED,
  }));
  if (choices !== undefined) copy['choices'] = choices;
  return copy;
}
