import type { OracleCase } from '../oracle-case.js';
import { CHAT_CASES } from './chat-cases.js';
import { COMPLETIONS_CASES } from './completions-cases.js';
import { EMBEDDINGS_CASES } from './embeddings-cases.js';
import { ERROR_CASES } from './error-cases.js';
import { MESSAGES_CASES } from './messages-cases.js';
import { RESPONSES_CASES } from './responses-cases.js';

/** Every call of the comparison; a family's names are its own. */
export const ORACLE_CASES: readonly OracleCase[] = [
  ...CHAT_CASES,
  ...COMPLETIONS_CASES,
  ...EMBEDDINGS_CASES,
  ...RESPONSES_CASES,
  ...MESSAGES_CASES,
  ...ERROR_CASES,
];
