import type { Settings } from '../settings.js';
import type { Values } from '../table/table.js';
import type { Judge } from './judge.js';

/** The encryption of the ext_proc port; absent: none. A part without the rest is told to the judge. */
export function buildServerTls(values: Values, judge: Judge): Settings['tls'] {
  const certificate = values.GENAI_EXTPROC_TLS_CERTIFICATE;
  const key = values.GENAI_EXTPROC_TLS_KEY;
  const clientCa = values.GENAI_EXTPROC_TLS_CLIENT_CA;
  if (certificate !== undefined && key === undefined) {
    judge.refuse(
      'GENAI_EXTPROC_TLS_CERTIFICATE',
      'has no key that goes with it',
      'set GENAI_EXTPROC_TLS_KEY to the file with its private key',
      ['GENAI_EXTPROC_TLS_CERTIFICATE', 'GENAI_EXTPROC_TLS_KEY'],
    );
  }
  if (key !== undefined && certificate === undefined) {
    judge.refuse(
      'GENAI_EXTPROC_TLS_KEY',
      'has no certificate that goes with it',
      'set GENAI_EXTPROC_TLS_CERTIFICATE to the file with its certificate',
      ['GENAI_EXTPROC_TLS_CERTIFICATE', 'GENAI_EXTPROC_TLS_KEY'],
    );
  }
  if (clientCa !== undefined && certificate === undefined && key === undefined) {
    judge.refuse(
      'GENAI_EXTPROC_TLS_CLIENT_CA',
      'asks for client certificates, and the port is not encrypted',
      'set GENAI_EXTPROC_TLS_CERTIFICATE and GENAI_EXTPROC_TLS_KEY too',
      ['GENAI_EXTPROC_TLS_CERTIFICATE', 'GENAI_EXTPROC_TLS_KEY', 'GENAI_EXTPROC_TLS_CLIENT_CA'],
    );
  }
  return certificate === undefined || key === undefined ? undefined : { certificate, key, clientCa };
}
