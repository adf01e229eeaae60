import { describe, expect, test } from 'vitest';
import { rerank } from '../../../src/endpoints/cohere/rerank.js';
import { checkHostileBodies, policyOf } from '../../support/hostile-bodies.js';

describe('rerank', () => {
  checkHostileBodies(rerank, {
    names: [
      ...[
        'model',
        'query',
        'documents',
        'top_n',
        'top_k',
        'text',
        'content',
        'id',
        'image',
        'image_url',
        'url',
        'type',
      ],
      ...['results', 'data', 'index', 'relevance_score', 'score', 'document', 'multi_modal', 'embedding', 'meta'],
      ...['tokens', 'billed_units', 'input_tokens', 'output_tokens', 'usage', 'prompt_tokens', 'total_tokens', 'error'],
    ],
  });

  test('what is nested deeper than a document is hidden', () => {
    let deep: object = { text: 'DEEP' };
    for (let level = 0; level < 40; level += 1) deep = { more: deep };
    const shown = JSON.stringify(rerank.redactRequest({ documents: [deep] } as never, policyOf(['hideInputImages'])));
    expect(shown).not.toContain('DEEP');
  });
});
