import type { MetadataValues } from '../model/metadata.js';
import type { CallFacts } from '../model/record.js';

/** Remembers what metadata Envoy already has, so that each value is sent as soon as it is known and only once. */
export interface MetadataLedger {
  /** The values that are new or have changed; `undefined` when there are none. */
  news(facts: CallFacts): MetadataValues | undefined;
}

/** `describe`: the metadata of what is known so far. */
export function createMetadataLedger(describe: (facts: CallFacts) => MetadataValues): MetadataLedger {
  const sent = new Map<string, string | number | boolean>();
  return {
    news(facts) {
      let news: Map<string, string | number | boolean> | undefined;
      for (const [key, value] of describe(facts)) {
        if (sent.get(key) === value) continue;
        sent.set(key, value);
        news ??= new Map();
        news.set(key, value);
      }
      return news;
    },
  };
}
