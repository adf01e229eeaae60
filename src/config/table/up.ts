import { hostPort } from '../kinds/address.js';
import { upstream } from '../kinds/url.js';
import type { SettingSection } from '../setting.js';

/** What only the `up` command reads. */
export const UP_SECTION = {
  title: 'The up command',
  about: 'Read by up alone, which starts Envoy, the sidecar and, if need be, a model on this machine.',
  settings: {
    GENAI_EXTPROC_UPSTREAM: {
      kind: upstream,
      otherwise: 'OPENAI_BASE_URL if set, else a running Ollama, else the simulated model',
      help: 'What Envoy forwards to: a URL, simulated (a built-in model that says so) or llama (a small real model).',
    },
    GENAI_EXTPROC_GATEWAY: {
      kind: hostPort,
      default: '127.0.0.1:1975',
      help: 'Where Envoy listens for clients.',
      reason: 'Whoever reaches it spends the API key of whoever started it.',
    },
  },
} as const satisfies SettingSection;
