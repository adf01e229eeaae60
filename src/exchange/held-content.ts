/** What all open calls together hold of their bodies, with a bound. */
import type { Counters } from '../util/counters.js';

/**
 * How much a call lets go: its content, so that it still finds its model and usage; or everything, so that it tells what is known already.
 */
export type LetGo = 'content' | 'everything';

/** One open call's account. */
export interface HeldAccount {
  /** The call holds so many bytes now, about. */
  set(bytes: number): void;
  /** The call is over and holds nothing. */
  close(): void;
}

export interface HeldContent {
  /** Opens an account. `letGo` frees what it is told and returns the bytes that are held still. */
  open(letGo: (what: LetGo) => number): HeldAccount;
  /** Has every open call let its content go, a few at a time; those that open meanwhile are left alone. */
  letAllGo(): void;
}

/** How long {@link HeldContent.letAllGo} may hold the event loop at a time, in milliseconds. */
const SLICE_MILLIS = 2;
/** Where the bound was reached, this share of it is what remains: not every message has to make room. */
const ROOM_BELOW = 0.95;

interface Account {
  bytes: number;
  letGo(what: LetGo): number;
}

/**
 * Creates the book of what is held. Beyond `limit` bytes the calls that have been open for longest let go, first of their content, then
 * of everything: under a flood of slow streams the ordinary, short calls keep theirs. `onError`: gets what a call's own code throws.
 */
export function createHeldContent(
  limit: number,
  counters: Counters,
  onError: (error: unknown) => void = () => undefined,
): HeldContent {
  // a Set keeps the order of arrival
  const full = new Set<Account>();
  const bare = new Set<Account>(); // their content is gone
  const { gauges } = counters;
  let total = 0;
  let slicing: Account[] = [];

  function book(account: Account, bytes: number): void {
    total += bytes - account.bytes;
    account.bytes = bytes;
    gauges['calls.held'] = total;
  }

  function relieve(account: Account, what: LetGo): void {
    full.delete(account);
    bare.delete(account);
    if (what === 'content') bare.add(account);
    try {
      book(account, account.letGo(what));
    } catch (error) {
      onError(error);
    }
  }

  function makeRoom(): void {
    const target = limit * ROOM_BELOW;
    for (const account of full) {
      if (total <= target) return;
      relieve(account, 'content');
    }
    for (const account of bare) {
      if (total <= target) return;
      relieve(account, 'everything');
    }
  }

  function letSomeGo(): void {
    const until = performance.now() + SLICE_MILLIS;
    while (slicing.length > 0) {
      const account = slicing.pop() as Account;
      if (full.has(account)) relieve(account, 'content');
      if (performance.now() >= until) break;
    }
    if (slicing.length > 0) setImmediate(letSomeGo);
  }

  return {
    open(letGo) {
      const account: Account = { bytes: 0, letGo };
      full.add(account);
      gauges['calls.open'] += 1;
      let open = true;
      return {
        set(bytes) {
          if (!open) return;
          book(account, bytes);
          if (total > limit) makeRoom();
        },
        close() {
          if (!open) return;
          open = false;
          full.delete(account);
          bare.delete(account);
          book(account, 0);
          gauges['calls.open'] -= 1;
        },
      };
    },
    letAllGo() {
      if (slicing.length > 0) return;
      // the oldest are taken from the end
      slicing = [...full].reverse();
      if (slicing.length > 0) setImmediate(letSomeGo);
    },
  };
}
