import { hostPort, listenAddress } from '../kinds/address.js';
import { boolean } from '../kinds/choice.js';
import { fileMode, milliseconds, wholeNumber } from '../kinds/number.js';
import { judgePem } from '../kinds/pem.js';
import { filePath, name } from '../kinds/text.js';
import type { SettingSection } from '../setting.js';

/** The server itself. */
export const SERVER_SECTION = {
  title: 'Server',
  about: 'Where the sidecar listens and how it starts and stops.',
  settings: {
    GENAI_EXTPROC_LISTEN: {
      kind: listenAddress,
      default: '127.0.0.1:1063',
      help: 'Where Envoy reaches the ext_proc service.',
      reason: 'The bodies of all calls pass here unencrypted, so other machines must be let in on purpose.',
    },
    GENAI_EXTPROC_WORKERS: {
      kind: wholeNumber(1, 128),
      default: '1',
      help: "Processes of serve, each at an address of its own: the socket's path with -0, -1 and so on before its ending, or the port and those that follow. SIGUSR2 restarts them one by one.",
      reason: 'One process serves what one Envoy thread brings; more need an endpoint each in its cluster.',
    },
    GENAI_EXTPROC_SOCKET_MODE: {
      kind: fileMode,
      default: '660',
      help: 'File mode of the unix socket, when the listen address is one.',
      reason: 'Envoy usually runs as another user of the same group.',
    },
    GENAI_EXTPROC_TLS_CERTIFICATE: {
      kind: filePath,
      judgeFile: judgePem,
      otherwise: 'none: not encrypted',
      help: 'PEM file with the certificate of the ext_proc port, and those between it and its authority; goes with a key.',
    },
    GENAI_EXTPROC_TLS_KEY: {
      kind: filePath,
      judgeFile: judgePem,
      otherwise: 'none',
      help: "PEM file with the private key of the ext_proc port's certificate.",
    },
    GENAI_EXTPROC_TLS_CLIENT_CA: {
      kind: filePath,
      judgeFile: judgePem,
      otherwise: 'none: whoever reaches the port may use it',
      help: 'PEM file with the certificates that vouch for Envoy: it must show a certificate of theirs, or it is refused.',
    },
    GENAI_EXTPROC_ADMIN: {
      kind: hostPort,
      default: '127.0.0.1:1064',
      help: 'Where GET /health and GET /metrics answer.',
      reason: 'Metrics name models and mapped headers, so other machines must be let in on purpose.',
    },
    GENAI_EXTPROC_DRAIN_MILLIS: {
      kind: milliseconds(0, 3_600_000),
      default: '8000',
      unit: 'ms',
      help: 'How long a shutdown may take: running calls end, then waiting spans and metrics are sent.',
      reason: 'Container engines kill 10 s after the stop signal unless told otherwise.',
    },
    GENAI_EXTPROC_DRAIN_DELAY_MILLIS: {
      kind: milliseconds(0, 3_600_000),
      default: '1500',
      unit: 'ms',
      help: 'How long new calls are still taken in a shutdown, while the health service says NOT_SERVING; part of the drain time, and over at once when nobody is connected.',
      reason:
        "Envoy's health check asks every second in the recommended configuration: it has chosen another sidecar by then.",
    },
    GENAI_EXTPROC_METADATA_NAMESPACE: {
      kind: name(255),
      default: 'io.envoy.ai_gateway',
      help: "Namespace of the dynamic metadata; the Envoy filter's receiving_namespaces must name the same.",
      reason: 'Log formats written for Envoy AI Gateway read this one.',
    },
    GENAI_EXTPROC_CONFIG: {
      kind: filePath,
      otherwise: 'no file',
      help: 'YAML file with settings, for those that neither a flag nor the environment gives.',
    },
    AIGW_DEBUG: { kind: boolean, default: 'false', help: 'Debug log on stderr.' },
  },
} as const satisfies SettingSection;
