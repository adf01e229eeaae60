import type Anthropic from '@anthropic-ai/sdk';
import type OpenAI from 'openai';

const QUESTION = 'Name a colour.';
const MAX_TOKENS = 24;

/** What a client saw of an answer. Tokens as the answer's own usage gave them; `input` with what was read from a cache. */
export interface Seen {
  model: string;
  input: number;
  output?: number | undefined;
  cached?: number | undefined;
  text?: string;
}

/** One call by an official client, and what every signal must call it. */
export interface ClientCall {
  name: string;
  operation: string;
  spanName: string;
  streaming: boolean;
  /** The question, at this place in the span. */
  asked: [attribute: string, text: string];
  /** Where the answer's text is in the span; absent where there is none. */
  answered?: string;
  make(session: string): Promise<Seen>;
}

const ASKED = 'llm.input_messages.0.message.content';
// its first place is the instructions', whether there are any or not
const ASKED_RESPONSES = 'llm.input_messages.1.message.content';
const CONTENT = 'llm.output_messages.0.message.content';
const PART = 'llm.output_messages.0.message.contents.0.message_content.text';

const headers = (session: string) => ({ headers: { 'agent-session-id': session } });

/** Chat, responses, messages and embeddings; streamed and not. */
export function clientCalls(openai: OpenAI, anthropic: Anthropic, model: string): ClientCall[] {
  const messages = [{ role: 'user' as const, content: QUESTION }];
  const chat = { model, messages, max_tokens: MAX_TOKENS };
  const respond = { model, input: QUESTION, max_output_tokens: MAX_TOKENS };
  const asked: ClientCall['asked'] = [ASKED, QUESTION];
  const ofChat = { operation: 'chat', spanName: 'ChatCompletion', asked, answered: CONTENT };
  const askedResponses: ClientCall['asked'] = [ASKED_RESPONSES, QUESTION];
  const ofResponses = { operation: 'responses', spanName: 'Responses', asked: askedResponses, answered: PART };
  const ofMessages = { operation: 'messages', spanName: 'Message', asked, answered: PART };
  return [
    {
      ...ofChat,
      name: 'chat',
      streaming: false,
      async make(session) {
        const answer = await openai.chat.completions.create(chat, headers(session));
        return { ...chatSeen(answer), text: answer.choices[0]?.message.content ?? '' };
      },
    },
    {
      ...ofChat,
      name: 'chat, streamed',
      streaming: true,
      async make(session) {
        const request = { ...chat, stream: true as const, stream_options: { include_usage: true } };
        let text = '';
        let seen: Seen | undefined;
        for await (const chunk of await openai.chat.completions.create(request, headers(session))) {
          text += chunk.choices[0]?.delta.content ?? '';
          if (chunk.usage) seen = chatSeen(chunk);
        }
        return { ...known(seen), text };
      },
    },
    {
      ...ofResponses,
      name: 'responses',
      streaming: false,
      make: async (session) => responseSeen(await openai.responses.create(respond, headers(session))),
    },
    {
      ...ofResponses,
      name: 'responses, streamed',
      streaming: true,
      async make(session) {
        let text = '';
        let seen: Seen | undefined;
        for await (const event of await openai.responses.create({ ...respond, stream: true }, headers(session))) {
          if (event.type === 'response.output_text.delta') text += event.delta;
          if (event.type === 'response.completed') seen = responseSeen(event.response);
        }
        return { ...known(seen), text };
      },
    },
    {
      ...ofMessages,
      name: 'messages',
      streaming: false,
      make: async (session) => messageSeen(await anthropic.messages.create(chat, headers(session))),
    },
    {
      ...ofMessages,
      name: 'messages, streamed',
      streaming: true,
      make: async (session) => messageSeen(await anthropic.messages.stream(chat, headers(session)).finalMessage()),
    },
    {
      name: 'embeddings',
      operation: 'embeddings',
      spanName: 'CreateEmbeddings',
      streaming: false,
      asked: ['embedding.embeddings.1.embedding.text', 'two words'],
      async make(session) {
        const answer = await openai.embeddings.create({ model, input: ['one', 'two words'] }, headers(session));
        return { model: answer.model, input: answer.usage.prompt_tokens };
      },
    },
  ];
}

function known(seen: Seen | undefined): Seen {
  if (!seen) throw new Error('the stream ended without usage');
  return seen;
}

function chatSeen({ model, usage }: { model: string; usage?: OpenAI.CompletionUsage | null }): Seen {
  if (!usage) throw new Error('the answer has no usage');
  const cached = usage.prompt_tokens_details?.cached_tokens;
  return { model, input: usage.prompt_tokens, output: usage.completion_tokens, cached };
}

function responseSeen(response: OpenAI.Responses.Response): Seen {
  const { model, usage, output_text: text } = response;
  if (!usage) throw new Error('the answer has no usage');
  // only a whole answer's object has the client's own `output_text`
  const words = { ...(text === undefined ? {} : { text }) };
  const cached = usage.input_tokens_details?.cached_tokens;
  return { model, input: usage.input_tokens, output: usage.output_tokens, cached, ...words };
}

function messageSeen({ model, usage, content }: Anthropic.Message): Seen {
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  const cached = usage.cache_read_input_tokens ?? undefined;
  const input = usage.input_tokens + (cached ?? 0) + (usage.cache_creation_input_tokens ?? 0);
  return { model, input, output: usage.output_tokens, cached, text };
}
