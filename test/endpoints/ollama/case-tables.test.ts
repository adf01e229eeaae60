import { checkTables } from '../../support/check-tables.js';
import { CHAT_CASES } from './chat-cases.js';
import { CHAT_STREAM_CASES } from './chat-stream-cases.js';
import { EMBED_CASES } from './embed-cases.js';
import { GENERATE_CASES } from './generate-cases.js';

checkTables([
  ['chat', CHAT_CASES],
  ['chat, streamed', CHAT_STREAM_CASES],
  ['generate', GENERATE_CASES],
  ['embed', EMBED_CASES],
]);
