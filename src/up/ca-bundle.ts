import { existsSync } from 'node:fs';
import { AppError } from '../util/errors.js';

/** Where systems keep the certificate authorities that they trust. */
const PLACES = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Arch, Alpine
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', // Fedora, RHEL
  '/etc/pki/tls/certs/ca-bundle.crt', // older RHEL
  '/etc/ssl/ca-bundle.pem', // openSUSE
  '/etc/ssl/cert.pem', // macOS, Alpine, BSD
  '/opt/homebrew/etc/ca-certificates/cert.pem',
  '/usr/local/etc/openssl@3/cert.pem',
];

/** The system's CA bundle: `SSL_CERT_FILE`, else the first known place. Throws, with the remedy, when there is none. */
export function findCaBundle(env: NodeJS.ProcessEnv, places: readonly string[] = PLACES): string {
  const chosen = env['SSL_CERT_FILE'];
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new AppError(
      'CA_BUNDLE_MISSING',
      `SSL_CERT_FILE: ${chosen} does not exist. Set it to a PEM file of certificate authorities, or unset it.`,
    );
  }
  const found = places.find((place) => existsSync(place));
  if (found) return found;
  throw new AppError(
    'CA_BUNDLE_MISSING',
    'A https upstream needs the certificate authorities to trust, and no CA bundle was found on this system. ' +
      'Install the package ca-certificates, or set SSL_CERT_FILE to a PEM file.',
  );
}
