import { parsePriceFile } from '../../pricing/price-file.js';
import { boolean } from '../kinds/choice.js';
import { costExpressions, providerMap } from '../kinds/identity.js';
import { filePath } from '../kinds/text.js';
import type { SettingSection } from '../setting.js';

/** Who serves a call, who makes it, and what it costs. */
export const IDENTITY_SECTION = {
  title: 'Provider, session, cost',
  about: 'Who serves a call, whose it is, and what it costs.',
  settings: {
    GENAI_EXTPROC_PROVIDERS: {
      kind: providerMap,
      otherwise: 'nothing',
      help:
        "The provider of an Envoy cluster, a route or a request's host, before what Envoy's configuration says of them " +
        '(filter_metadata.genai.provider) and before the hosts that are known.',
    },
    GENAI_EXTPROC_BODY_SESSION: {
      kind: boolean,
      default: 'false',
      help:
        'Take session.id also from the request body (metadata.session_id, else the conversation of Responses) and user.id from ' +
        "Anthropic's metadata.user_id, when no header and no baggage has it.",
      reason: 'What clients put there may name a person.',
    },
    GENAI_EXTPROC_PRICES: {
      kind: filePath,
      otherwise: 'no costs',
      judgeFile: (content) => {
        const parsed = parsePriceFile(content);
        return parsed.ok ? [] : parsed.problems.map((problem) => `has a mistake: ${problem}`);
      },
      help:
        "A price list in the shape of SkyWalking's gen-ai-config.yml, USD per million tokens. Calls of listed models have llm.cost.* " +
        'on the span, llm_cost in the metadata, and count in gen_ai.client.cost.',
    },
    GENAI_EXTPROC_COSTS: {
      kind: costExpressions,
      otherwise: 'nothing',
      help: "Integer costs by CEL expressions, each put into the metadata under its key, for Envoy's rate limits.",
    },
  },
} as const satisfies SettingSection;
