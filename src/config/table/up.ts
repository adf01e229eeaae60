import { hostPort } from '../kinds/address.js';
import { oneOf } from '../kinds/choice.js';
import { upstream } from '../kinds/url.js';
import type { SettingSection } from '../setting.js';
import { ENVOY_MODES } from '../settings.js';

/** What only the commands `up` and `envoy-config` read. */
export const UP_SECTION = {
  title: 'The up and envoy-config commands',
  about:
    'Read by up, which starts Envoy, the sidecar and, if need be, a model on this machine, and by envoy-config, which prints a configuration of Envoy.',
  settings: {
    GENAI_EXTPROC_UPSTREAM: {
      kind: upstream,
      otherwise:
        'up: OPENAI_BASE_URL if set, else a running Ollama, else the simulated model; envoy-config: an Ollama on this machine',
      help: 'What Envoy forwards to: a URL, simulated (a built-in model that says so) or llama (a small real model).',
    },
    GENAI_EXTPROC_GATEWAY: {
      kind: hostPort,
      default: '127.0.0.1:1975',
      help: 'Where Envoy listens for clients.',
      reason: 'Whoever reaches it spends the API key of whoever started it.',
    },
    GENAI_EXTPROC_MODE: {
      kind: oneOf(ENVOY_MODES),
      default: 'inline',
      help: 'How Envoy shows the calls: inline (everything in its access log too), observe (copies that nothing waits for) or pair (copies, and trace headers).',
      reason: 'The one mode with tokens in the access log. The sidecar itself serves all of them at once.',
    },
  },
} as const satisfies SettingSection;
