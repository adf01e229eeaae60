import { checkTables } from '../../support/check-tables.js';
import { CHAT_COMPLETIONS_CASES } from './chat-completions-cases.js';
import { CHAT_COMPLETIONS_STREAM_CASES } from './chat-completions-stream-cases.js';
import { COMPLETIONS_CASES } from './completions-cases.js';
import { EMBEDDINGS_CASES } from './embeddings-cases.js';

checkTables([
  ['chat completions', CHAT_COMPLETIONS_CASES],
  ['chat completions, streamed', CHAT_COMPLETIONS_STREAM_CASES],
  ['completions', COMPLETIONS_CASES],
  ['embeddings', EMBEDDINGS_CASES],
]);
