/** Bodies of the Responses API in which every text is a secret that says what it is. */
import { sse } from '../../support/answers.js';
import { type SecretExchange, secret } from './privacy-fields.js';

const PATH = '/v1/responses';
const USAGE = { input_tokens: 1, output_tokens: 2, total_tokens: 3 };

/** Items of every type, as they stand in a request. */
function inputItems(text: string): unknown[] {
  const hidden = secret('inputText', text);
  const call = secret('inputToolCall', text);
  const image = `data:image/png;base64,${secret('inputImage', text)}`;
  const tools = [{ type: 'function', name: 'f', description: secret('tool', text) }];
  return [
    { role: 'developer', content: hidden },
    {
      type: 'message',
      role: 'user',
      phase: hidden,
      content: [
        { type: 'input_text', text: hidden },
        { type: 'input_image', image_url: image },
        { type: 'input_image', image_url: `https://images.test/${secret('inputImage', text)}`, detail: 'low' },
        { type: 'input_image', image_url: { url: image } },
        { type: 'input_file', file_data: hidden, filename: hidden },
        { type: 'input_audio', input_audio: { data: hidden, format: 'wav' } },
        { type: 'unheard_of', deep: [{ text: hidden }] },
        hidden,
      ],
    },
    {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: hidden, annotations: [{ title: hidden }], logprobs: [{ token: hidden }] }],
    },
    { type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: hidden }] },
    { type: 'function_call', call_id: 'call_1', name: 'f', arguments: call },
    { type: 'function_call_output', call_id: 'call_1', output: hidden },
    {
      type: 'function_call_output',
      call_id: 'call_1',
      output: [
        { type: 'input_text', text: hidden },
        { type: 'input_image', image_url: image },
      ],
    },
    { type: 'custom_tool_call', call_id: 'call_2', name: 'c', input: call },
    { type: 'custom_tool_call_output', call_id: 'call_2', output: hidden },
    { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: hidden }], encrypted_content: hidden },
    { type: 'reasoning', id: 'rs_2', summary: [], content: [{ type: 'reasoning_text', text: hidden }] },
    { type: 'compaction', id: 'cmp_1', encrypted_content: hidden },
    { type: 'file_search_call', id: 'fs_1', queries: [hidden], results: [{ text: hidden, attributes: { a: hidden } }] },
    { type: 'web_search_call', id: 'ws_1', action: { type: 'search', query: hidden } },
    { type: 'computer_call', call_id: 'call_3', action: { type: 'type', text: call } },
    { type: 'computer_call_output', call_id: 'call_3', output: { type: 'computer_screenshot', image_url: image } },
    {
      type: 'code_interpreter_call',
      id: 'ci_1',
      code: call,
      outputs: [
        { type: 'logs', logs: hidden },
        { type: 'image', url: image },
      ],
    },
    { type: 'image_generation_call', id: 'ig_1', result: secret('inputImage', text), revised_prompt: hidden },
    { type: 'shell_call', call_id: 'call_4', action: { commands: [call] } },
    { type: 'shell_call_output', call_id: 'call_4', output: [{ stdout: hidden, stderr: hidden }] },
    { type: 'apply_patch_call', call_id: 'call_5', operation: { type: 'create_file', path: 'a', diff: call } },
    { type: 'apply_patch_call_output', call_id: 'call_5', output: hidden },
    { type: 'mcp_list_tools', id: 'mcpl_1', server_label: 's', tools, error: hidden },
    { type: 'mcp_approval_request', id: 'mcpr_1', name: 'f', arguments: call },
    { type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: false, reason: hidden },
    { type: 'mcp_call', id: 'mcp_1', name: 'f', arguments: call, output: hidden, error: { message: hidden } },
    { type: 'tool_search_output', call_id: 'call_6', tools },
    { type: 'additional_tools', role: 'developer', tools },
    { type: 'unheard_of', value: { deep: [hidden] } },
    hidden,
  ];
}

/** What a request asks, and its answer repeats. */
function asked(text: string): Record<string, unknown> {
  return {
    instructions: secret('inputText', text),
    tools: [
      { type: 'function', name: 'f', description: secret('tool', text) },
      { type: 'image_generation', quality: secret('tool', text) },
    ],
    prompt: {
      id: secret('parameter', text),
      variables: {
        city: secret('inputText', text),
        note: { type: 'input_text', text: secret('inputText', text) },
        map: { type: 'input_image', image_url: `data:image/png;base64,${secret('inputImage', text)}` },
      },
    },
    metadata: { note: secret('parameter', text) },
    user: secret('parameter', text),
    temperature: 0.5,
  };
}

function request(text: string): object {
  return { model: 'gpt-5', ...asked(text), input: inputItems(text) };
}

function outputItems(text: string): unknown[] {
  const hidden = secret('outputText', text);
  const call = secret('outputToolCall', text);
  return [
    { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: hidden }], encrypted_content: hidden },
    { type: 'reasoning', id: 'rs_2', content: [{ type: 'reasoning_text', text: hidden }] },
    {
      type: 'message',
      role: 'assistant',
      content: [
        { type: 'output_text', text: hidden, annotations: [{ title: hidden }], logprobs: [{ token: hidden }] },
        { type: 'refusal', refusal: hidden },
        { type: 'output_audio', data: hidden, transcript: hidden },
        { type: 'unheard_of', value: hidden },
      ],
      vendor: hidden,
    },
    { type: 'function_call', call_id: 'call_7', name: 'f', arguments: call },
    { type: 'custom_tool_call', call_id: 'call_8', name: 'c', input: call },
    { type: 'code_interpreter_call', id: 'ci_2', code: call, outputs: [{ type: 'logs', logs: hidden }] },
    { type: 'web_search_call', id: 'ws_2', action: { query: hidden } },
    { type: 'file_search_call', id: 'fs_2', queries: [hidden], results: [{ text: hidden }] },
    { type: 'image_generation_call', id: 'ig_2', result: 'iVBORw==', revised_prompt: hidden },
    { type: 'shell_call_output', call_id: 'call_4', output: [{ stdout: hidden }] },
    { type: 'mcp_call', id: 'mcp_2', name: 'f', arguments: call, output: hidden },
    { type: 'mcp_list_tools', id: 'mcpl_2', tools: [{ name: 'f', description: secret('tool', text) }] },
    hidden,
  ];
}

function answer(text: string, output: unknown[] = outputItems(text)): object {
  const hidden = secret('outputText', text);
  return {
    id: 'resp_1',
    object: 'response',
    model: 'm',
    ...asked(text),
    output,
    output_text: hidden,
    vendor: { text: hidden },
    usage: USAGE,
  };
}

/** The events of a stream that stops before its last event. */
function events(text: string): object[] {
  const hidden = secret('outputText', text);
  const call = secret('outputToolCall', text);
  return [
    { type: 'response.created', response: answer(text, []) },
    ...outputItems(text).map((item, index) => ({ type: 'response.output_item.added', output_index: index + 4, item })),
    { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: hidden },
    { type: 'response.refusal.delta', output_index: 0, content_index: 1, delta: hidden },
    { type: 'response.reasoning_summary_text.delta', output_index: 1, summary_index: 0, delta: hidden },
    {
      type: 'response.output_item.added',
      output_index: 2,
      item: { type: 'function_call', call_id: 'call_9', name: 'f' },
    },
    { type: 'response.function_call_arguments.delta', output_index: 2, delta: call },
    {
      type: 'response.output_item.added',
      output_index: 3,
      item: { type: 'custom_tool_call', call_id: 'call_10', name: 'c' },
    },
    { type: 'response.custom_tool_call_input.delta', output_index: 3, delta: call },
  ];
}

/** Exchanges of the Responses API with a secret in every place. */
export function secretResponses(text: string): Record<string, SecretExchange> {
  const whole = { path: PATH, request: JSON.stringify(request(text)) };
  const streaming = { path: PATH, request: JSON.stringify({ ...request(text), stream: true }), streamed: true };
  return {
    responses: { ...whole, streamed: false, response: JSON.stringify(answer(text)) },
    'responses, streamed': {
      ...streaming,
      response: sse(...events(text), { type: 'response.completed', response: answer(text) }),
    },
    'responses, streamed without a last event': { ...streaming, response: sse(...events(text)) },
    'responses of a text': {
      path: PATH,
      streamed: false,
      request: JSON.stringify({
        model: 'gpt-5',
        input: secret('inputText', text),
        prompt: { variables: secret('inputText', text) },
      }),
      response: JSON.stringify({
        model: 'm',
        output: [],
        instructions: [{ role: 'system', content: secret('inputText', text) }],
      }),
    },
    'responses of other shapes': {
      path: PATH,
      streamed: false,
      request: JSON.stringify({
        model: 'gpt-5',
        instructions: { a: secret('inputText', text) },
        input: { a: secret('inputText', text) },
      }),
      response: JSON.stringify({
        object: 'response',
        output: secret('outputText', text),
        output_text: [secret('outputText', text)],
      }),
    },
    'input tokens': {
      path: `${PATH}/input_tokens`,
      streamed: false,
      request: JSON.stringify(request(text)),
      response: JSON.stringify({ object: 'response.input_tokens', input_tokens: 3 }),
    },
  };
}
