import { milliseconds, wholeNumber } from '../kinds/number.js';
import type { SettingSection } from '../setting.js';

const GIB = 1024 ** 3;

/** What is left out when there is too much to do or to hold. */
export const OVERLOAD_SECTION = {
  title: 'Overload',
  about:
    'When there is more to do or to hold than the process can, it leaves work out, in this order: the content of calls, then the spans ' +
    'of new calls; never the metrics, the access log or the reply. It comes back by itself.',
  settings: {
    GENAI_EXTPROC_SHED_LAG_MILLIS: {
      kind: milliseconds(0, 60_000),
      default: '200',
      unit: 'ms',
      help: 'How late the event loop may be, five looks in a row, before work is left out. 0 never looks.',
      reason: "Envoy's default message_timeout: from there on calls go unobserved anyway. A single pause is no load.",
    },
    GENAI_EXTPROC_SHED_MEMORY_BYTES: {
      kind: wholeNumber(0, 1024 * GIB),
      otherwise:
        "three quarters of the container's memory, else 2 GiB, or half of the machine's memory if that is less",
      unit: 'bytes',
      help: 'Resident memory from which on open calls let their content go and work is left out. 0 never looks.',
      reason: 'A quarter is left for what comes in until memory is free again; beyond its limit a container is killed.',
    },
  },
} as const satisfies SettingSection;
