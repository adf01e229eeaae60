import { describe, expect, it } from 'vitest';
import { PEM, problemsOf, settingsOf } from './support.js';

const files = { '/c.pem': PEM, '/k.pem': PEM, '/ca.pem': PEM };
const CERTIFICATE = { GENAI_EXTPROC_TLS_CERTIFICATE: '/c.pem' };
const KEY = { GENAI_EXTPROC_TLS_KEY: '/k.pem' };
const CLIENT_CA = { GENAI_EXTPROC_TLS_CLIENT_CA: '/ca.pem' };

describe('the encryption of the ext_proc port', () => {
  it('is off without a certificate', () => expect(settingsOf({}).tls).toBeUndefined());

  it.each([
    [{ ...CERTIFICATE, ...KEY }, undefined],
    [{ ...CERTIFICATE, ...KEY, ...CLIENT_CA }, '/ca.pem'],
  ])('%j', (env, clientCa) => {
    expect(settingsOf({ env, files }).tls).toEqual({ certificate: '/c.pem', key: '/k.pem', clientCa });
  });

  it.each([
    [CERTIFICATE, 'GENAI_EXTPROC_TLS_CERTIFICATE', 'GENAI_EXTPROC_TLS_KEY'],
    [{ ...CERTIFICATE, ...CLIENT_CA }, 'GENAI_EXTPROC_TLS_CERTIFICATE', 'GENAI_EXTPROC_TLS_KEY'],
    [KEY, 'GENAI_EXTPROC_TLS_KEY', 'GENAI_EXTPROC_TLS_CERTIFICATE'],
    [CLIENT_CA, 'GENAI_EXTPROC_TLS_CLIENT_CA', 'GENAI_EXTPROC_TLS_CERTIFICATE and GENAI_EXTPROC_TLS_KEY'],
  ])('%j is a part without the rest', (env, setting, missing) => {
    const remedy = expect.stringContaining(`set ${missing} `);
    expect(problemsOf({ env, files })).toMatchObject([{ setting, remedy }]);
  });

  it('is told of once when a file is missing', () => {
    const env = { ...KEY, GENAI_EXTPROC_TLS_CERTIFICATE: '/missing.pem' };
    expect(problemsOf({ env, files }).map(({ setting }) => setting)).toEqual(['GENAI_EXTPROC_TLS_CERTIFICATE']);
  });
});
