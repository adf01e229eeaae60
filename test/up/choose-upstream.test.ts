import { describe, expect, test } from 'vitest';
import { findCaBundle } from '../../src/up/ca-bundle.js';
import { type ChooseOptions, chooseUpstream } from '../../src/up/choose-upstream.js';

const gateway = { host: '127.0.0.1', port: 1975 };

function choose(options: Partial<ChooseOptions>, ollama = false) {
  return chooseUpstream({ gateway, ollamaAnswers: async () => ollama, trustedCa: () => '/ca.pem', ...options });
}

describe('which upstream', () => {
  test.each<[string, Partial<ChooseOptions>, boolean, string]>([
    ['--upstream before everything', { upstream: 'http://a:1', openaiBaseUrl: 'http://b:2' }, true, 'http://a:1'],
    ['OPENAI_BASE_URL before Ollama', { openaiBaseUrl: 'http://b:2/v1' }, true, 'http://b:2/v1'],
    ['Ollama when it answers', {}, true, 'http://127.0.0.1:11434'],
    ['else the simulated model', {}, false, 'simulated'],
    ['an empty variable is none', { openaiBaseUrl: '' }, false, 'simulated'],
    ['simulated by name', { upstream: 'simulated', openaiBaseUrl: 'http://b:2' }, true, 'simulated'],
    ['llama by name', { upstream: 'llama' }, true, 'llama'],
    [
      'our own address in the variable: the next choice',
      { openaiBaseUrl: 'http://127.0.0.1:1975/v1' },
      true,
      'http://127.0.0.1:11434',
    ],
    ['Ollama’s place is ours', { gateway: { host: '127.0.0.1', port: 11434 } }, true, 'simulated'],
  ])('%s', async (_name, options, ollama, expected) => {
    const { choice } = await choose(options, ollama);
    expect('url' in choice ? choice.url : choice.kind).toBe(expected);
  });

  test.each([
    'http://127.0.0.1:1975',
    'http://localhost:1975/v1',
    'http://[::1]:1975/v1',
    'http://0.0.0.0:1975',
    'http://127.1:1975/',
  ])('%s is our own listener: a notice in the variable, an error in the flag', async (url) => {
    const { choice, notices } = await choose({ openaiBaseUrl: url });
    expect(choice.kind).toBe('simulated');
    expect(notices).toEqual([expect.stringContaining('OPENAI_BASE_URL')]);
    await expect(choose({ upstream: url })).rejects.toThrow(/^--upstream: .* is this gateway itself/);
  });

  test('a gateway on all interfaces is reached by any local address', async () => {
    const options = { upstream: 'http://127.0.0.1:1975', gateway: { host: '0.0.0.0', port: 1975 } };
    await expect(choose(options)).rejects.toThrow('gateway itself');
  });

  test('another port of this machine is not our listener', async () => {
    const { notices } = await choose({ openaiBaseUrl: 'http://127.0.0.1:8000/v1' });
    expect(notices).toEqual([]);
  });

  test.each([
    ['ftp://x', 'OPENAI_BASE_URL: ftp://x is not a http:// or https:// URL.'],
    ['api.openai.com', 'OPENAI_BASE_URL: api.openai.com is not a http:// or https:// URL.'],
    ['https://me:secret@host/v1', 'holds credentials'],
    ['https://host/v1?api-version=1', 'query'],
  ])('%s is refused by name', async (url, message) => {
    await expect(choose({ openaiBaseUrl: url })).rejects.toThrow(message);
  });

  test('an error never repeats a password', async () => {
    await expect(choose({ upstream: 'https://me:secret@host/v1' })).rejects.not.toThrow('secret');
  });

  test.each([
    [
      'https://api.openai.com/v1',
      {
        host: 'api.openai.com',
        port: 443,
        hostHeader: 'api.openai.com',
        provider: 'openai',
        tls: { trustedCa: '/ca.pem' },
      },
    ],
    [
      'https://api.openai.com',
      {
        host: 'api.openai.com',
        port: 443,
        hostHeader: 'api.openai.com',
        provider: 'openai',
        tls: { trustedCa: '/ca.pem' },
      },
    ],
    ['http://box:8000/', { host: 'box', port: 8000, hostHeader: 'box:8000' }],
    ['http://box/api/openai/v1/', { host: 'box', port: 80, hostHeader: 'box', pathPrefix: '/api/openai/v1' }],
    ['http://[fd00::1]:8000/v1', { host: 'fd00::1', port: 8000, hostHeader: '[fd00::1]:8000' }],
  ])('%s', async (url, upstream) => {
    const { choice } = await choose({ upstream: url });
    expect(choice).toEqual({ kind: 'url', url, source: '--upstream', upstream });
  });
});

describe('the CA bundle', () => {
  test('SSL_CERT_FILE first, then the first place that exists', () => {
    expect(findCaBundle({ SSL_CERT_FILE: 'package.json' })).toBe('package.json');
    expect(findCaBundle({}, ['/nowhere/at/all', 'package.json'])).toBe('package.json');
  });

  test('without any, the error says what to do', () => {
    expect(() => findCaBundle({}, [])).toThrow(/ca-certificates.*SSL_CERT_FILE/);
    expect(() => findCaBundle({ SSL_CERT_FILE: '/nowhere' })).toThrow('SSL_CERT_FILE: /nowhere does not exist');
  });
});
