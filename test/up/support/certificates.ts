import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

/** PEM texts. */
export interface Certificates {
  authority: string;
  certificate: string;
  key: string;
}

/** A certificate for one host (a name or an IP address), signed by an authority of its own; made with openssl. */
export function createCertificates(parent: string, host = 'localhost'): Certificates {
  const folder = mkdtempSync(join(parent, 'certificates-'));
  const openssl = (...parameters: string[]) => execFileSync('openssl', parameters, { cwd: folder, stdio: 'pipe' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...curve, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test authority');
  openssl('req', ...curve, '-keyout', 'host.key', '-out', 'host.csr', '-subj', `/CN=${host}`);
  writeFileSync(join(folder, 'extensions'), `subjectAltName=${isIP(host) === 0 ? 'DNS' : 'IP'}:${host}\n`);
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'extensions'];
  openssl('x509', '-req', '-in', 'host.csr', ...signing, '-out', 'host.pem');
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const certificates = { authority: read('ca.pem'), certificate: read('host.pem'), key: read('host.key') };
  rmSync(folder, { recursive: true });
  return certificates;
}
