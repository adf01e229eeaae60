import { expect, test } from 'vitest';
import type { ContentPolicy } from '../../../src/model/content-policy.js';
import type { Message } from '../../../src/model/message.js';
import type { GenAiRecord } from '../../../src/model/record.js';
import { describeContent } from '../../../src/recorders/gen-ai/content.js';

const system: Message = { role: 'system', instructions: true, content: 'SYSTEM' };
const user: Message = { role: 'user', content: 'USER' };
const reasoning: Message = { role: 'assistant', parts: [{ type: 'reasoning', text: 'REASONING' }] };

/** A call that sends messages beside a prompt and gets one beside a choice, as Ollama's `/api/generate` does. */
function told(policy: Partial<ContentPolicy>, prompts: string[] | undefined, choices: string[] | undefined): string {
  const record = {
    finishReasons: [],
    request: { describe: () => ({ prompts, messages: [system, user] }) },
    response: { describe: () => ({ choices, messages: [reasoning] }) },
  } as unknown as GenAiRecord;
  return JSON.stringify(describeContent(record, { base64ImageMaxLength: 100, ...policy } as ContentPolicy));
}

test('hidden prompts hide the messages beside them, hidden choices theirs', () => {
  const shown = told({}, ['PROMPT'], ['CHOICE']);
  for (const text of ['SYSTEM', 'USER', 'PROMPT', 'REASONING', 'CHOICE']) expect(shown).toContain(text);
  const withoutPrompts = told({ hidePrompts: true }, ['PROMPT'], ['CHOICE']);
  for (const text of ['SYSTEM', 'USER', 'PROMPT']) expect(withoutPrompts).not.toContain(text);
  expect(withoutPrompts).toContain('REASONING');
  const withoutChoices = told({ hideChoices: true }, ['PROMPT'], ['CHOICE']);
  for (const text of ['REASONING', 'CHOICE']) expect(withoutChoices).not.toContain(text);
  expect(withoutChoices).toContain('SYSTEM');
});

test('messages alone are none of their business', () => {
  const shown = told({ hidePrompts: true, hideChoices: true }, undefined, undefined);
  for (const text of ['SYSTEM', 'USER', 'REASONING']) expect(shown).toContain(text);
});
