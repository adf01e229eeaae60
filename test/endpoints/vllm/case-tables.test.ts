import { checkTables } from '../../support/check-tables.js';
import { TOKENIZE_CASES } from './tokenize-cases.js';

checkTables([['tokenize', TOKENIZE_CASES]]);
