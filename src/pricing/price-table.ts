import type { Cost } from '../model/cost.js';
import type { Usage } from '../model/usage.js';
import type { ModelPrices, PriceFile } from './price-file.js';

/** Finds what calls cost. */
export interface PriceTable {
  /** `undefined` when the model is not listed, a needed price is missing, or input or output is not known. Never guessed. */
  costOf(provider: string, model: string | undefined, usage: Usage): Cost | undefined;
}

/** What may follow a listed name: a date or version (`-2026-01-31`, `-20260131`, `-v2`, `-001`), `-latest`, `:tag`, `@…`. */
const SUFFIX = /^(?:[:@].+|-latest|-v?\d[\d.]*(?:-\d{2}){0,2}(?:-preview)?)$/;

const MILLION = 1_000_000;

/** Models that are remembered; beyond, each is looked up anew. */
const REMEMBERED = 1000;

interface Entry {
  name: string;
  provider: string;
  prices: ModelPrices;
}

/** Builds the lookup of a price list. */
export function createPriceTable(file: PriceFile): PriceTable {
  const entries: Entry[] = file.providers.flatMap(({ provider, models }) =>
    (models ?? []).flatMap((prices) =>
      [prices.name, ...(prices.aliases ?? [])].map((name) => ({ name, provider, prices })),
    ),
  );
  // the longest name first: gpt-4o-mini before gpt-4o
  entries.sort((first, second) => second.name.length - first.name.length);
  const matches = file.match === 'prefix' ? startsWith : isNamed;
  const found = new Map<string, ModelPrices | undefined>();

  function find(provider: string, model: string): ModelPrices | undefined {
    const candidates = entries.filter((entry) => matches(model, entry.name));
    // the same model may be sold by several: the call's own provider first
    return (candidates.find((entry) => entry.provider === provider) ?? candidates[0])?.prices;
  }

  return {
    costOf(provider, model, usage) {
      if (model === undefined) return undefined;
      const key = `${provider}\n${model}`;
      if (!found.has(key)) {
        if (found.size >= REMEMBERED) found.clear();
        found.set(key, find(provider, model));
      }
      const prices = found.get(key);
      return prices && cost(prices, usage);
    },
  };
}

function startsWith(model: string, name: string): boolean {
  return model.startsWith(name);
}

function isNamed(model: string, name: string): boolean {
  return model === name || (model.startsWith(name) && SUFFIX.test(model.slice(name.length)));
}

/** Special tokens are part of input and output; one without a price of its own costs the base price. */
function cost(prices: ModelPrices, usage: Usage): Cost | undefined {
  const inputPrice = prices['input-estimated-cost-per-m'];
  const outputPrice = prices['output-estimated-cost-per-m'];
  if (usage.input === undefined && usage.output === undefined) return undefined;
  const input = usage.input ?? (usage.total !== undefined ? undefined : 0);
  const output = usage.output ?? 0;
  if (input === undefined) return undefined;
  if ((input > 0 && inputPrice === undefined) || (output > 0 && outputPrice === undefined)) return undefined;
  const base = inputPrice ?? 0;
  const cached = Math.min(usage.cachedInput ?? 0, input);
  const created = Math.min(usage.cacheCreationInput ?? 0, input - cached);
  const reasoning = Math.min(usage.reasoning ?? 0, output);
  const prompt =
    (input - cached - created) * base +
    cached * (prices['cached-input-estimated-cost-per-m'] ?? base) +
    created * (prices['cache-creation-input-estimated-cost-per-m'] ?? base);
  const baseOutput = outputPrice ?? 0;
  const completion =
    (output - reasoning) * baseOutput + reasoning * (prices['reasoning-estimated-cost-per-m'] ?? baseOutput);
  return { prompt: prompt / MILLION, completion: completion / MILLION, total: (prompt + completion) / MILLION };
}
