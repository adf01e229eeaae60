import { parse } from 'yaml';
import { z } from 'zod';

const price = z.number().nonnegative();
const texts = z.array(z.string().min(1));

const model = z.strictObject({
  name: z.string().min(1),
  aliases: texts.optional(),
  'input-estimated-cost-per-m': price.optional(),
  'output-estimated-cost-per-m': price.optional(),
  'cached-input-estimated-cost-per-m': price.optional(),
  'cache-creation-input-estimated-cost-per-m': price.optional(),
  'reasoning-estimated-cost-per-m': price.optional(),
});

const file = z.strictObject({
  /** `prefix`: the longest name or alias that a model begins with, as SkyWalking does; `exact` (default): with a date or version at most. */
  match: z.enum(['exact', 'prefix']).optional(),
  providers: z.array(
    z.strictObject({
      provider: z.string().min(1),
      'prefix-match': texts.nullish(),
      models: z.array(model).nullish(),
    }),
  ),
});

/** A price list in the shape of SkyWalking's `gen-ai-config.yml`; USD per million tokens. */
export type PriceFile = z.infer<typeof file>;

/** One model's prices. */
export type ModelPrices = z.infer<typeof model>;

/** Reads a price list; every problem with its place. Never throws. */
export function parsePriceFile(text: string): { ok: true; prices: PriceFile } | { ok: false; problems: string[] } {
  let value: unknown;
  try {
    // the library would write its warnings on standard error, between our lines
    value = parse(text, { logLevel: 'error' });
  } catch (error) {
    return {
      ok: false,
      problems: [`is no YAML: ${error instanceof Error ? error.message.split('\n')[0] : 'unreadable'}`],
    };
  }
  const result = file.safeParse(value);
  if (result.success) return { ok: true, prices: result.data };
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
  return { ok: false, problems };
}
