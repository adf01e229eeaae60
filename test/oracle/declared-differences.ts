import type { Difference } from './compare.js';
import type { Family, OracleCase } from './oracle-case.js';

/** A difference that is meant, and why. */
export interface DeclaredDifference {
  families: readonly Family[];
  /** The attributes as docs/conformance.md names them; `*` stands for an index, `…` at the end for anything. */
  keys: readonly string[];
  /** Who has the fact; `both` have it, and not alike. */
  side: 'official' | 'ours' | 'both';
  /** What must be true of the two values beside that. */
  holds?: (difference: Difference) => boolean;
  /** The only cases in which it may occur, as a part of their names; absent: any. */
  cases?: readonly string[];
  reason: string;
}

const ALL: readonly Family[] = ['chat', 'completions', 'embeddings', 'responses', 'messages'];
const text = (value: unknown) => String(value);

/** Every difference between the official instrumentations' spans and ours. A run fails on any other, and on one that is gone. */
export const DECLARED_DIFFERENCES: readonly DeclaredDifference[] = [
  {
    families: ['chat', 'completions', 'responses'],
    keys: ['llm.request.model_name', 'llm.response.model_name'],
    side: 'ours',
    reason: 'The contract has them; the official OpenAI instrumentation knows `llm.model_name` only.',
  },
  {
    families: ['chat', 'completions', 'embeddings'],
    keys: ['llm.model_name', 'embedding.model_name'],
    side: 'ours',
    cases: ['error'],
    reason: 'A failed call keeps the model that was asked for, so that failures can be counted by model.',
  },
  {
    families: ['embeddings'],
    keys: ['llm.system', 'llm.provider'],
    side: 'official',
    reason: 'The contract and the OpenInference specification keep `llm.*` away from spans of kind EMBEDDING.',
  },
  {
    families: ALL,
    keys: ['error.type'],
    side: 'ours',
    cases: ['error', 'failed'],
    reason: 'A span with status ERROR says the same as the metrics do.',
  },
  {
    families: ALL,
    keys: ['exception.type'],
    side: 'both',
    cases: ['error 4', 'error 5', 'error that'],
    holds: ({ official, ours }) => text(official).split('.')[1] === ours,
    reason: 'The class without the Python module: what went wrong, not in which client.',
  },
  {
    families: ['messages'],
    keys: ['exception.type'],
    side: 'both',
    cases: ['error 5'],
    holds: ({ official, ours }) =>
      ['anthropic.ServiceUnavailableError'].includes(text(official)) && ours === 'InternalServerError',
    reason: 'Every status from 500 on is an `InternalServerError`, whichever provider answers.',
  },
  {
    families: ALL,
    keys: ['exception.message', 'status'],
    side: 'both',
    cases: ['error 4', 'error 5', 'error that'],
    holds: ({ ours }) => /^(ERROR )?Error code: \d{3} - /.test(text(ours)),
    reason:
      "`Error code: {status} - {body}` with the answer's own text, the same in both; the clients show its message or a Python dictionary, each in its way.",
  },
  {
    families: ['chat', 'messages'],
    keys: ['exception.type', 'exception.message', 'status'],
    side: 'both',
    cases: ['an error event inside a stream'],
    reason: 'An error event is told as an HTTP error is, with the status of the answer and the event itself.',
  },
  {
    families: ['responses'],
    keys: ['exception.type', 'exception.message'],
    side: 'ours',
    cases: ['streamed, failed', 'an error event inside a stream'],
    reason:
      '`response.failed` and `error` are failures; the official instrumentation ends such a stream with status OK.',
  },
  {
    families: ['responses'],
    keys: ['status'],
    side: 'both',
    cases: ['streamed, failed', 'an error event inside a stream'],
    holds: ({ official, ours }) => official === 'OK' && text(ours).startsWith('ERROR '),
    reason:
      '`response.failed` and `error` are failures; the official instrumentation ends such a stream with status OK.',
  },
  {
    families: ['responses'],
    keys: ['output.value', 'output.mime_type', 'llm.output_messages.…', 'llm.token_count.…'],
    side: 'ours',
    cases: ['streamed, incomplete', 'streamed, failed', 'an error event inside a stream'],
    reason:
      'The official instrumentation reads `response.completed` only; what another end leaves is content, and was billed.',
  },
  {
    families: ['responses'],
    keys: ['llm.model_name'],
    side: 'both',
    cases: ['streamed, incomplete', 'streamed, failed', 'an error event inside a stream'],
    reason: 'The answer named its model before it ended; the official instrumentation reads `response.completed` only.',
  },
  {
    families: ['responses'],
    keys: ['llm.finish_reason'],
    side: 'ours',
    cases: ['incomplete'],
    reason: 'Why an answer is incomplete is its finish reason.',
  },
  {
    families: ['chat'],
    keys: ['output.value'],
    side: 'both',
    cases: ['an error event inside a stream'],
    holds: ({ ours }) => text(ours).includes('"error"'),
    reason: 'The folded stream has every member that the provider sent, the error too.',
  },
  {
    families: ['chat'],
    keys: ['input.value', 'llm.invocation_parameters'],
    side: 'both',
    cases: ['members that the client does not know'],
    holds: ({ ours }) => text(ours).includes('vendor_option'),
    reason: "The request body's own text; the official instrumentation does not see `extra_body`.",
  },
  {
    families: ['messages'],
    keys: ['input.value', 'llm.invocation_parameters'],
    side: 'both',
    cases: ['every parameter'],
    holds: ({ official, ours }) => text(official).includes('extra_body') && !text(ours).includes('extra_body'),
    reason: "The request body's own text; `extra_body` is an argument of the client, whose members are sent.",
  },
  {
    families: ['messages'],
    keys: ['input.value'],
    side: 'both',
    cases: ['raw response'],
    holds: ({ official }) => text(official).includes('extra_headers'),
    reason: "The request body's own text; a header that the client's helper adds is not a part of it.",
  },
  {
    families: ['messages'],
    keys: ['input.value'],
    side: 'both',
    cases: ['the stream helper'],
    holds: ({ ours }) => text(ours).includes('"stream":true'),
    reason: "The request body's own text; the helper adds `stream` after the instrumentation has looked.",
  },
  {
    families: ['embeddings'],
    keys: ['output.value'],
    side: 'both',
    holds: ({ official, ours }) => /"embedding":\[/.test(text(official)) && /"embedding":"/.test(text(ours)),
    reason:
      "The response body's own text: the client asked for base64 and decodes it afterwards. `…embedding.vector` is decoded in both.",
  },
  {
    families: ['completions'],
    keys: ['llm.invocation_parameters'],
    side: 'both',
    cases: ['several choices'],
    holds: ({ official, ours }) => text(official).includes('"suffix"') && !text(ours).includes('"suffix"'),
    reason: 'A suffix is content, as the prompt is, and no parameter.',
  },
  {
    families: ['chat'],
    keys: ['llm.output_messages.*.message.content'],
    side: 'ours',
    cases: ['refusal'],
    reason: 'A refusal is what the user reads; the official instrumentation has it in `output.value` alone.',
  },
  {
    families: ['chat'],
    keys: ['llm.input_messages.*.message.contents.*.message_content.…'],
    side: 'ours',
    cases: ['a refusal and audio earlier', 'audio and a file'],
    reason: 'Refusals and audio of the input are parts as texts and images are.',
  },
  {
    families: ['chat'],
    keys: ['llm.output_messages.*.message.contents.*.message_content.…'],
    side: 'ours',
    cases: ['audio answer', 'reasoning'],
    reason: 'Spoken answers and vendors’ reasoning are parts of the message.',
  },
  {
    families: ['chat'],
    keys: ['llm.tools.*.tool.json_schema'],
    side: 'ours',
    cases: ['legacy function call'],
    reason: 'Legacy `functions` are tools that were offered.',
  },
  {
    families: ['chat'],
    keys: [
      'llm.output_messages.*.message.tool_calls.*.tool_call.function.…',
      'llm.input_messages.*.message.tool_calls.*.tool_call.function.…',
    ],
    side: 'ours',
    cases: ['custom tool call'],
    reason: 'A custom tool has a name and an input as a function has a name and arguments.',
  },
  {
    families: ['responses'],
    keys: ['llm.input_messages.*.message.contents.*.message_content.type'],
    side: 'ours',
    cases: ['files and audio'],
    reason: 'Audio of the input is a part as texts and images are.',
  },
  {
    families: ['responses'],
    keys: ['llm.input_messages.*.message.contents.*.message_content.text'],
    side: 'ours',
    cases: ['reasoning'],
    reason: 'Reasoning that is given whole stands in for its summary.',
  },
  {
    families: ['responses'],
    keys: [
      'llm.input_messages.*.message.tool_calls.*.message.…',
      'llm.output_messages.*.message.tool_calls.*.message.…',
    ],
    side: 'official',
    cases: ['computer call'],
    reason: 'The official instrumentation writes a message’s attributes below a tool call, which no convention has.',
  },
  {
    families: ['responses'],
    keys: ['llm.input_messages.…', 'llm.output_messages.…'],
    side: 'ours',
    cases: [
      'computer call',
      'generated image',
      'code interpreter, MCP and shell calls',
      'shell, patch, code and MCP items',
    ],
    reason: 'Items of every type are messages; the official instrumentation leaves most types out.',
  },
];

/** Whether a declaration covers a difference of a case. */
export function covers(declared: DeclaredDifference, difference: Difference, { family, name }: OracleCase): boolean {
  if (!declared.families.includes(family) || declared.side !== sideOf(difference)) return false;
  if (declared.cases && !declared.cases.some((part) => name.includes(part))) return false;
  return declared.keys.some((key) => patternOf(key).test(difference.key)) && (declared.holds?.(difference) ?? true);
}

/** A declaration once for each of its attributes, once for each of its families, once for each of its cases. */
export function partsOf(declared: DeclaredDifference): DeclaredDifference[] {
  return [
    ...declared.keys.map((key) => ({ ...declared, keys: [key] })),
    ...declared.families.map((family) => ({ ...declared, families: [family] })),
    ...(declared.cases ?? []).map((name) => ({ ...declared, cases: [name] })),
  ];
}

function sideOf({ official, ours }: Difference): DeclaredDifference['side'] {
  if (ours === undefined) return 'official';
  return official === undefined ? 'ours' : 'both';
}

function patternOf(key: string): RegExp {
  const escaped = key.replaceAll('.', '\\.').replaceAll('*', '\\d+');
  return new RegExp(`^${escaped.replace('…', '.+')}$`);
}
