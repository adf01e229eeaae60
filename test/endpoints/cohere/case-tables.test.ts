import { checkTables } from '../../support/check-tables.js';
import { RERANK_CASES } from './rerank-cases.js';

checkTables([['rerank', RERANK_CASES]]);
