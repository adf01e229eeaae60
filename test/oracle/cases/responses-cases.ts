import {
  numbered,
  RESPONSES_REQUEST,
  response,
  textEnd,
  textEvents,
  textItem,
} from '../../support/responses-answers.js';
import type { OracleAnswer, OracleCase } from '../oracle-case.js';

const FUNCTION_TOOL = {
  type: 'function',
  name: 'weather',
  description: 'Tells the weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  strict: true,
};
const FUNCTION_CALL = {
  type: 'function_call',
  id: 'fc_1',
  call_id: 'call_1',
  name: 'weather',
  arguments: '{"city":"Rome"}',
  status: 'completed',
};
const REASONING = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [
    { type: 'summary_text', text: 'First' },
    { type: 'summary_text', text: 'Second' },
  ],
};

function respond(name: string, changes: object, answer: OracleAnswer, method = 'responses.create'): OracleCase {
  return {
    name,
    family: 'responses',
    client: 'openai',
    method,
    parameters: { ...RESPONSES_REQUEST, ...changes },
    answer,
  };
}

const answered = (name: string, changes: object, output: object[] = [textItem('Hello')], more: object = {}) =>
  respond(name, changes, { body: response(output, more) });

const asked = (name: string, input: object[]) => answered(name, { input });

const streamed = (name: string, changes: object, ...events: object[]) =>
  respond(name, { stream: true, ...changes }, { events: numbered(...events) });

const completed = (output: object[], changes: object = {}) => ({
  type: 'response.completed',
  response: response(output, changes),
});

const ASKED: OracleCase[] = [
  answered('text', {}),
  answered('instructions and parameters', {
    instructions: 'Be brief',
    temperature: 0.3,
    max_output_tokens: 50,
    reasoning: { effort: 'low' },
    metadata: { team: 'a' },
    store: false,
  }),
  answered('a conversation continued', { previous_response_id: 'resp_0' }),
  answered('a conversation by its id', { conversation: { id: 'conv_1' } }),
  asked('messages and their parts', [
    { role: 'developer', content: 'Be kind' },
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'What is it?' },
        { type: 'input_image', image_url: 'https://images.test/1.png', detail: 'low' },
        { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' },
      ],
    },
    { type: 'message', id: 'msg_0', role: 'assistant', content: [{ type: 'output_text', text: 'A', annotations: [] }] },
    { type: 'message', id: 'msg_2', role: 'assistant', content: [{ type: 'refusal', refusal: 'No' }] },
  ]),
  asked('files and audio', [
    {
      role: 'user',
      content: [
        { type: 'input_file', file_id: 'file_1' },
        { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
        { type: 'input_image', file_id: 'file_2' },
        { type: 'input_text', text: 'What?' },
      ],
    },
  ]),
  asked('a function call and its output', [
    { role: 'user', content: 'Weather?' },
    FUNCTION_CALL,
    { type: 'function_call_output', call_id: 'call_1', output: '{"degrees":21}' },
  ]),
  asked('an output of parts and a call without arguments', [
    { ...FUNCTION_CALL, arguments: '{}' },
    { type: 'function_call_output', call_id: 'call_1', output: [{ type: 'input_text', text: 'rain' }] },
  ]),
  asked('a custom tool call and its output', [
    { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_1', name: 'code', input: 'print(1)' },
    { type: 'custom_tool_call_output', call_id: 'call_1', output: '1' },
  ]),
  asked('reasoning', [
    { ...REASONING, encrypted_content: 'c2VjcmV0' },
    { type: 'reasoning', id: 'rs_2', summary: [] },
    { type: 'reasoning', id: 'rs_3', summary: [], content: [{ type: 'reasoning_text', text: 'Whole' }] },
    { role: 'user', content: 'Go on' },
  ]),
  asked('searches', [
    { type: 'file_search_call', id: 'fs_1', queries: ['q'], status: 'completed', results: null },
    { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'q' } },
    { role: 'user', content: 'Go on' },
  ]),
  asked('a computer call and its output', [
    {
      type: 'computer_call',
      id: 'cu_1',
      call_id: 'call_1',
      action: { type: 'click', button: 'left', x: 1, y: 2 },
      pending_safety_checks: [],
      status: 'completed',
    },
    {
      type: 'computer_call_output',
      call_id: 'call_1',
      output: { type: 'computer_screenshot', image_url: 'data:image/png;base64,iVBORw0KGgo=' },
    },
  ]),
  asked('shell, patch, code and MCP items', [
    { type: 'shell_call', call_id: 'call_1', action: { commands: ['ls'] }, status: 'completed' },
    { type: 'shell_call_output', call_id: 'call_1', output: [] },
    { type: 'apply_patch_call', call_id: 'call_2', operation: { type: 'delete_file', path: 'a' }, status: 'completed' },
    { type: 'apply_patch_call_output', call_id: 'call_2', status: 'completed', output: 'done' },
    { type: 'code_interpreter_call', id: 'ci_1', code: '1', container_id: 'c', outputs: [], status: 'completed' },
    { type: 'mcp_list_tools', id: 'ml_1', server_label: 's', tools: [] },
    { type: 'mcp_approval_request', id: 'ma_1', server_label: 's', name: 'n', arguments: '{}' },
    { type: 'mcp_approval_response', approval_request_id: 'ma_1', approve: true },
    { type: 'mcp_call', id: 'mc_1', server_label: 's', name: 'n', arguments: '{}', output: 'o' },
    { type: 'image_generation_call', id: 'ig_1', result: 'iVBORw0KGgo=', status: 'completed' },
    { type: 'compaction', id: 'cp_1', encrypted_content: 'c2VjcmV0' },
    { type: 'item_reference', id: 'msg_0' },
    { role: 'user', content: 'Go on' },
  ]),
];

const ANSWERED: OracleCase[] = [
  answered('function call', { tools: [FUNCTION_TOOL] }, [FUNCTION_CALL], { tools: [FUNCTION_TOOL] }),
  answered(
    'function calls beside text and reasoning',
    { tools: [FUNCTION_TOOL] },
    [
      REASONING,
      textItem('Let me see'),
      FUNCTION_CALL,
      { ...FUNCTION_CALL, id: 'fc_2', call_id: 'call_2', arguments: '{}' },
    ],
    { tools: [FUNCTION_TOOL] },
  ),
  answered(
    'custom tool call',
    { tools: [{ type: 'custom', name: 'code' }] },
    [{ type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_1', name: 'code', input: 'print(1)' }],
    { tools: [{ type: 'custom', name: 'code' }] },
  ),
  answered('encrypted reasoning', { include: ['reasoning.encrypted_content'] }, [
    { ...REASONING, encrypted_content: 'c2VjcmV0' },
    textItem('Hello'),
  ]),
  answered('refusal', {}, [textItem('', { content: [{ type: 'refusal', refusal: 'No' }] })]),
  answered('several texts in one message', {}, [
    textItem('', {
      content: [
        { type: 'output_text', text: 'A', annotations: [] },
        { type: 'output_text', text: 'B', annotations: [], logprobs: [] },
      ],
    }),
  ]),
  answered(
    'searches by the server',
    { tools: [{ type: 'web_search' }] },
    [
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'q' } },
      { type: 'file_search_call', id: 'fs_1', queries: ['q'], status: 'completed', results: null },
      textItem('Found'),
    ],
    { tools: [{ type: 'web_search' }] },
  ),
  answered('computer call', {}, [
    {
      type: 'computer_call',
      id: 'cu_1',
      call_id: 'call_1',
      action: { type: 'wait' },
      pending_safety_checks: [],
      status: 'completed',
    },
  ]),
  answered(
    'generated image',
    { tools: [{ type: 'image_generation', output_format: 'webp' }] },
    [{ type: 'image_generation_call', id: 'ig_1', result: 'UklGRg==', status: 'completed' }, textItem('Here')],
    { tools: [{ type: 'image_generation', output_format: 'webp' }] },
  ),
  answered('code interpreter, MCP and shell calls', {}, [
    { type: 'code_interpreter_call', id: 'ci_1', code: '1', container_id: 'c', outputs: [], status: 'completed' },
    { type: 'mcp_call', id: 'mc_1', server_label: 's', name: 'n', arguments: '{}', output: 'o' },
    { type: 'shell_call', id: 'sh_1', call_id: 'call_1', action: { commands: ['ls'] }, status: 'completed' },
    textItem('Done'),
  ]),
  answered('cache writes among the tokens', {}, [textItem('Hello')], {
    usage: {
      input_tokens: 30,
      input_tokens_details: { cached_tokens: 10, cache_write_tokens: 5 },
      output_tokens: 2,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 32,
    },
  }),
  answered('no usage', {}, [textItem('Hello')], { usage: null }),
  answered('incomplete', { max_output_tokens: 16 }, [textItem('Hel')], {
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
  }),
  answered(
    'structured output',
    {
      text: { format: { type: 'json_schema', name: 'a', schema: { type: 'object' }, strict: true } },
    },
    [textItem('{"a":1}')],
  ),
];

const STREAMED: OracleCase[] = [
  streamed('streamed text', {}, ...textEvents('Hel', 'lo'), ...textEnd('Hello'), completed([textItem('Hello')])),
  streamed(
    'streamed function call',
    { tools: [FUNCTION_TOOL] },
    { type: 'response.created', response: response([], { status: 'in_progress', usage: null }) },
    { type: 'response.output_item.added', output_index: 0, item: { ...FUNCTION_CALL, arguments: '' } },
    { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 0, delta: '{"city":"Rome"}' },
    {
      type: 'response.function_call_arguments.done',
      item_id: 'fc_1',
      output_index: 0,
      name: 'weather',
      arguments: '{"city":"Rome"}',
    },
    { type: 'response.output_item.done', output_index: 0, item: FUNCTION_CALL },
    completed([FUNCTION_CALL], { tools: [FUNCTION_TOOL] }),
  ),
  streamed(
    'streamed reasoning',
    { reasoning: { summary: 'auto' } },
    { type: 'response.created', response: response([], { status: 'in_progress', usage: null }) },
    {
      type: 'response.reasoning_summary_text.delta',
      item_id: 'rs_1',
      output_index: 0,
      summary_index: 0,
      delta: 'First',
    },
    completed([REASONING, textItem('Hello')]),
  ),
  streamed('streamed, incomplete', {}, ...textEvents('Hel'), {
    type: 'response.incomplete',
    response: response([textItem('Hel')], {
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    }),
  }),
  streamed('streamed, failed', {}, ...textEvents('Hel'), {
    type: 'response.failed',
    response: response([], { status: 'failed', error: { code: 'server_error', message: 'It broke' } }),
  }),
  streamed('an error event inside a stream', {}, ...textEvents('Hel'), {
    type: 'error',
    code: 'server_error',
    message: 'It broke',
    param: null,
  }),
  respond('raw response', {}, { body: response([textItem('Hello')]) }, 'responses.with_raw_response.create'),
];

export const RESPONSES_CASES: readonly OracleCase[] = [...ASKED, ...ANSWERED, ...STREAMED];
