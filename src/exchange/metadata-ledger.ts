import type { MetadataDescription, MetadataTarget, MetadataValues } from '../model/metadata.js';
import type { CallFacts } from '../model/record.js';

/** Remembers what metadata Envoy already has, so that each value is sent as soon as it is known and only once. */
export interface MetadataLedger {
  /** The values that are new or have changed; `undefined` when there are none. */
  news(facts: CallFacts): MetadataValues | undefined;
}

type Value = string | number | boolean;

/** The place of each key in every ledger: the keys are ours or those that the settings name, so there are few. */
const PLACES = new Map<string, number>();

function placeOf(key: string): number {
  const known = PLACES.get(key);
  if (known !== undefined) return known;
  PLACES.set(key, PLACES.size);
  return PLACES.size - 1;
}

/** `describe`: the metadata of what is known so far. */
export function createMetadataLedger(describe: MetadataDescription<CallFacts>): MetadataLedger {
  const sent: (Value | undefined)[] = [];
  let news: Map<string, Value> | undefined;
  const target: MetadataTarget = {
    set(key, value) {
      const place = placeOf(key);
      if (sent[place] === value) return;
      while (sent.length < place) sent.push(undefined);
      sent[place] = value;
      news ??= new Map();
      news.set(key, value);
    },
  };
  return {
    news(facts) {
      describe(facts, target);
      const told = news;
      news = undefined; // a call that lasts need not hold it
      return told;
    },
  };
}
