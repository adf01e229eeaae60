import { describe } from 'vitest';
import { tokenize } from '../../../src/endpoints/vllm/tokenize.js';
import { checkHostileBodies } from '../../support/hostile-bodies.js';

describe('tokenize', () => {
  checkHostileBodies(tokenize, {
    names: [
      ...['model', 'prompt', 'messages', 'tools', 'role', 'content', 'type', 'text', 'image_url', 'url', 'tool_calls'],
      ...['function', 'arguments', 'count', 'tokens', 'token_strs', 'max_model_len', 'error', 'usage', 'id'],
    ],
    values: ['text', 'image_url', 'user'],
  });
});
