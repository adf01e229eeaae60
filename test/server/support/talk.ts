import { expect } from 'vitest';
import type { GenAiRecord } from '../../../src/model/record.js';
import { messageKind, type ProcessingRequest } from '../../../src/wire/messages.js';
import { eventually } from '../../support/eventually.js';
import type { BareServer } from './bare-server.js';
import { type Conversation, type ProcessingReply, replyKind } from './ext-proc-client.js';

/** Sends all at once on one stream and waits for as many replies; each must be of its message's kind. */
export async function talkTo(
  server: BareServer,
  messages: readonly ProcessingRequest[],
): Promise<{ stream: Conversation; replies: ProcessingReply[] }> {
  const stream = server.open();
  for (const message of messages) stream.send(message);
  const replies = await stream.until(messages.length);
  expect(replies.map(replyKind)).toEqual(messages.map(messageKind));
  return { stream, replies };
}

/** The first record of a server, once it is there. */
export function recordOf(server: BareServer): Promise<GenAiRecord> {
  return eventually(
    () => server.records[0],
    () => 'no record came',
  );
}
