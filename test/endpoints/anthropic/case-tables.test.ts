import { checkTables } from '../../support/check-tables.js';
import { COUNT_TOKENS_CASES } from './count-tokens-cases.js';
import { MESSAGES_CASES } from './messages-cases.js';
import { MESSAGES_REQUEST_CASES } from './messages-request-cases.js';
import { MESSAGES_STREAM_CASES } from './messages-stream-cases.js';

checkTables([
  ['messages: requests', MESSAGES_REQUEST_CASES],
  ['messages', MESSAGES_CASES],
  ['messages, streamed', MESSAGES_STREAM_CASES],
  ['count_tokens', COUNT_TOKENS_CASES],
]);
