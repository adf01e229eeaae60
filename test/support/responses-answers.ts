/** Bodies of the Responses API as its provider writes them, for case tables. */

export const RESPONSES_PATH = '/v1/responses';
export const RESPONSES_REQUEST = { model: 'gpt-5', input: 'Hi' };
export const RESPONSES_STREAM_REQUEST = { ...RESPONSES_REQUEST, stream: true };

export const RESPONSES_USAGE = {
  input_tokens: 36,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 87,
  output_tokens_details: { reasoning_tokens: 64 },
  total_tokens: 123,
};
export const RESPONSES_USAGE_FACTS = { input: 36, output: 87, total: 123, cachedInput: 4, reasoning: 64 };

/** An assistant's message with one text. */
export function textItem(text: string, changes: object = {}): object {
  const content = [{ type: 'output_text', text, annotations: [] }];
  return { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content, ...changes };
}

/** A whole response around these output items, with the repeated parameters among its members. */
export function response(output: object[], changes: object = {}): Record<string, unknown> {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_741_476_542,
    status: 'completed',
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    model: 'gpt-5-2025-08-07',
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    usage: RESPONSES_USAGE,
    metadata: {},
    ...changes,
  };
}

/** The response as the first events carry it. */
export const BEGUN = response([], { status: 'in_progress', usage: null });

/** Events with their sequence numbers, as data of server-sent events. */
export function numbered(...events: object[]): object[] {
  return events.map((event, index) => ({ ...event, sequence_number: index }));
}

/** The events of one text, told in these pieces, between the beginning and the last event. */
export function textEvents(...pieces: string[]): object[] {
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const part = { type: 'output_text', text: '', annotations: [] };
  return [
    { type: 'response.created', response: BEGUN },
    { type: 'response.in_progress', response: BEGUN },
    { type: 'response.output_item.added', output_index: 0, item: textItem('', { status: 'in_progress', content: [] }) },
    { type: 'response.content_part.added', ...place, part },
    ...pieces.map((delta) => ({
      type: 'response.output_text.delta',
      ...place,
      delta,
      logprobs: [],
      obfuscation: 'xyz',
    })),
  ];
}

/** The events that tell a text's end. */
export function textEnd(text: string): object[] {
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  return [
    { type: 'response.output_text.done', ...place, text, logprobs: [] },
    { type: 'response.content_part.done', ...place, part: { type: 'output_text', text, annotations: [] } },
    { type: 'response.output_item.done', output_index: 0, item: textItem(text) },
  ];
}
