import { parseSettings } from '../../../src/config/parse-settings.js';
import type { ContentPolicy } from '../../../src/model/content-policy.js';
import type { GenAiRecord } from '../../../src/model/record.js';
import type { SpanProjection } from '../../../src/model/span-convention.js';
import { createGenAiConvention } from '../../../src/recorders/gen-ai/gen-ai-convention.js';
import { driveExchange, IN_ONE_PIECE } from '../../support/drive-exchange.js';
import type { ExchangeCase } from '../../support/exchange-case.js';

const parsed = parseSettings({ argv: [], env: {}, readFile: () => '' });
if (!parsed.ok) throw new Error('the defaults are no settings');

/** Hides nothing. */
export const OPEN_POLICY: ContentPolicy = parsed.settings.contentPolicy;

/** One exchange with what a gen_ai span needs of it; everything else is a plain JSON call that went well. */
export interface GenAiCall {
  path: string;
  request: object | string | Uint8Array;
  requestHeaders?: Record<string, string>;
  response: object | string;
  responseHeaders?: Record<string, string>;
  status?: number;
}

/** The record that the exchange of a call gives. */
async function recordOfCall(call: GenAiCall): Promise<GenAiRecord> {
  const text = (body: object | string) => (typeof body === 'string' ? body : JSON.stringify(body));
  const one: ExchangeCase = {
    name: '',
    request: {
      path: call.path,
      headers: call.requestHeaders ?? {},
      body: call.request instanceof Uint8Array ? call.request : text(call.request),
    },
    response: { status: call.status ?? 200, headers: call.responseHeaders ?? {}, body: text(call.response) },
    expected: {},
  };
  const { records, errors } = await driveExchange(one, IN_ONE_PIECE);
  if (errors.length > 0) throw errors[0];
  const [record] = records;
  if (!record) throw new Error(`${call.path} is no call`);
  return record;
}

/** What the gen_ai conventions say of a call. */
export async function spanOf(
  call: GenAiCall,
  options: { content?: boolean; policy?: Partial<ContentPolicy> } = {},
): Promise<SpanProjection> {
  const convention = createGenAiConvention({ ...OPEN_POLICY, ...options.policy }, options.content ?? false);
  return convention(await recordOfCall(call));
}

/** The content attributes, parsed, by their last names. */
export async function contentOf(
  call: GenAiCall,
  policy: Partial<ContentPolicy> = {},
): Promise<Record<string, unknown>> {
  const { content } = await spanOf(call, { content: true, policy });
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => [name.replace('gen_ai.', ''), JSON.parse(value as string)]),
  );
}
