import { expect, test } from 'vitest';
import { providerOfHost } from '../../src/model/provider.js';

test.each([
  ['api.openai.com', 'openai'],
  ['API.OpenAI.com:443', 'openai'],
  ['eu.api.openai.com', 'openai'],
  ['me.openai.azure.com', 'azure.ai.openai'],
  ['api.groq.com', 'groq'],
  ['europe-west1-aiplatform.googleapis.com', 'gcp.vertex_ai'],
  ['notapi.openai.com', undefined],
  ['api.openai.com.evil.test', undefined],
  ['openai.azure.com', undefined],
  ['localhost', undefined],
  ['', undefined],
  [undefined, undefined],
])('%s is %s', (host, provider) => expect(providerOfHost(host)).toBe(provider));
