import type { OtlpSettings } from '../settings.js';
import type { Values } from '../table/table.js';
import type { Judge } from './judge.js';
import { type OtlpSignal, otlpEndpoint } from './otlp-endpoint.js';

/** Hears nothing: what an exporter that is not in use would need is no reason to stop. */
function silenced(judge: Judge): Judge {
  return { ...judge, refuse: () => undefined, warn: () => undefined };
}

function judgeClientPair(signal: OtlpSignal, values: Values, judge: Judge): void {
  const ownCertificate = `OTEL_EXPORTER_OTLP_${signal}_CLIENT_CERTIFICATE` as const;
  const ownKey = `OTEL_EXPORTER_OTLP_${signal}_CLIENT_KEY` as const;
  const certificate = values[ownCertificate] ?? values.OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE;
  const key = values[ownKey] ?? values.OTEL_EXPORTER_OTLP_CLIENT_KEY;
  if (certificate !== undefined && key === undefined) {
    const name = values[ownCertificate] ? ownCertificate : 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE';
    judge.refuse(
      name,
      'has no key that goes with it',
      'set OTEL_EXPORTER_OTLP_CLIENT_KEY to the file with its private key',
      [ownKey, 'OTEL_EXPORTER_OTLP_CLIENT_KEY'],
    );
  }
  if (key !== undefined && certificate === undefined) {
    const name = values[ownKey] ? ownKey : 'OTEL_EXPORTER_OTLP_CLIENT_KEY';
    judge.refuse(
      name,
      'has no certificate that goes with it',
      'set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE to the file with its certificate',
      [ownCertificate, 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE'],
    );
  }
}

/**
 * One signal's OTLP exporter: its own settings win over the general ones, each as a whole (headers are not merged, so
 * that the credential for one backend does not go to another).
 * @param inUse whether the signal is sent over OTLP at all
 */
export function buildOtlp(signal: OtlpSignal, values: Values, inUse: boolean, judge: Judge): OtlpSettings {
  const own = `OTEL_EXPORTER_OTLP_${signal}` as const;
  const heard = inUse ? judge : silenced(judge);
  judgeClientPair(signal, values, heard);
  const protocol = values[`${own}_PROTOCOL`] ?? values.OTEL_EXPORTER_OTLP_PROTOCOL;
  const endpoint = otlpEndpoint(signal, protocol, values, heard);
  return {
    protocol,
    endpoint,
    headers: values[`${own}_HEADERS`] ?? values.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    timeoutMillis: values[`${own}_TIMEOUT`] ?? values.OTEL_EXPORTER_OTLP_TIMEOUT,
    compression: values[`${own}_COMPRESSION`] ?? values.OTEL_EXPORTER_OTLP_COMPRESSION,
    certificate: values[`${own}_CERTIFICATE`] ?? values.OTEL_EXPORTER_OTLP_CERTIFICATE,
    clientCertificate: values[`${own}_CLIENT_CERTIFICATE`] ?? values.OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE,
    clientKey: values[`${own}_CLIENT_KEY`] ?? values.OTEL_EXPORTER_OTLP_CLIENT_KEY,
    insecure: endpoint.startsWith('http:'),
  };
}
