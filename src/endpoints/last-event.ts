import { emptyObject } from '../model/json.js';
import type { StreamFold } from './endpoint.js';

/** The fold of an endpoint that does not stream: should its answer come as an event all the same, the last one is the answer. */
export function createLastEventFold(): StreamFold {
  let last = emptyObject();
  return {
    push(event) {
      last = event;
    },
    result: () => last,
  };
}
