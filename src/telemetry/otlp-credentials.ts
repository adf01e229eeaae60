import { readFileSync } from 'node:fs';
import {
  createEmptyMetadata,
  createInsecureCredentials,
  createSslCredentials,
} from '@opentelemetry/otlp-grpc-exporter-base';
import type { OtlpSettings } from '../config/settings.js';

/** The signals that leave by OTLP, as the names of settings spell them. */
export type OtlpSignal = 'TRACES' | 'METRICS' | 'LOGS';

/** PEM contents of one exporter's certificates. */
export interface OtlpCertificates {
  ca?: Buffer | undefined;
  cert?: Buffer | undefined;
  key?: Buffer | undefined;
}

/**
 * Reads the certificates of one exporter.
 *
 * @throws Error naming the settings, the file and the remedy when one cannot be read.
 */
export function readCertificates(signal: OtlpSignal, settings: OtlpSettings): OtlpCertificates {
  if ((settings.clientCertificate === undefined) !== (settings.clientKey === undefined)) {
    const present = settings.clientKey === undefined ? 'CLIENT_CERTIFICATE' : 'CLIENT_KEY';
    const missing = settings.clientKey === undefined ? 'CLIENT_KEY' : 'CLIENT_CERTIFICATE';
    throw new Error(
      `${settingNames(signal, present)} is set, but ${missing} is not: a client certificate needs both, give the other one too`,
    );
  }
  return {
    ca: readPem(signal, 'CERTIFICATE', settings.certificate),
    cert: readPem(signal, 'CLIENT_CERTIFICATE', settings.clientCertificate),
    key: readPem(signal, 'CLIENT_KEY', settings.clientKey),
  };
}

function readPem(signal: OtlpSignal, suffix: string, path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${settingNames(signal, suffix)} = ${path}: ${reason}; give the path of a readable PEM file`);
  }
}

function settingNames(signal: OtlpSignal, suffix: string): string {
  return `OTEL_EXPORTER_OTLP_${signal}_${suffix} (or OTEL_EXPORTER_OTLP_${suffix})`;
}

/**
 * gRPC target and credentials of an endpoint: `http://` is plain text, `https://` is TLS, whatever `insecure` says;
 * without a scheme `insecure` decides (OTLP exporter specification, "Insecure").
 */
export function grpcEndpoint(settings: OtlpSettings, certificates: OtlpCertificates) {
  const match = /^(https?|unix):\/\/([^/]+)?/.exec(settings.endpoint);
  const scheme = match?.[1];
  const plain = scheme === 'http' || (scheme !== 'https' && settings.insecure === true);
  return {
    address: scheme === 'http' || scheme === 'https' ? (match?.[2] ?? '') : settings.endpoint,
    credentials: () =>
      plain ? createInsecureCredentials() : createSslCredentials(certificates.ca, certificates.key, certificates.cert),
  };
}

/**
 * The headers of a gRPC exporter as metadata.
 *
 * @throws Error naming the setting when gRPC cannot carry a header.
 */
export function grpcMetadata(signal: OtlpSignal, settings: OtlpSettings) {
  const metadata = createEmptyMetadata();
  for (const [name, value] of Object.entries(settings.headers)) {
    try {
      metadata.set(name, value);
    } catch {
      throw new Error(
        `${settingNames(signal, 'HEADERS')}: gRPC cannot send the header ${JSON.stringify(name)}; use lower-case letters, digits, "-", "_" and "." in its name and printable ASCII in its value`,
      );
    }
  }
  return metadata;
}
