/** What an API tells of a call beside its messages, as the span's metadata (OpenInference semantic conventions, "metadata"). */

import { type Attributes, set } from '../../model/attributes.js';
import type { ContentPolicy } from '../../model/content-policy.js';
import { asObject, emptyObject, type JsonObject, writeJson } from '../../model/json.js';
import type { CallDetail } from '../../model/message.js';

/** Sets `metadata` of an answered call after the privacy switches; not called when outputs are hidden. */
export function setDetails(
  attributes: Attributes,
  ofRequest: readonly CallDetail[] | undefined,
  ofAnswer: readonly CallDetail[] | undefined,
  policy: ContentPolicy,
): void {
  if (!ofAnswer) return;
  const metadata = emptyObject();
  const hideInput = policy.hideInputs || policy.hideInputMessages;
  for (const detail of ofRequest ?? []) {
    if (!(hideInput && detail.ofMessages)) add(metadata, detail, policy.hideInputText || policy.hideInputs);
  }
  for (const detail of ofAnswer) {
    if ((policy.hideOutputMessages && detail.ofMessages) || (hideInput && detail.quotes)) continue;
    const hideText =
      policy.hideOutputText || policy.hideOutputMessages || (detail.quotes === true && policy.hideInputText);
    add(metadata, detail, hideText);
  }
  if (Object.keys(metadata).length > 0) set(attributes, 'metadata', writeJson(metadata));
}

function add(metadata: JsonObject, { name, value, withoutText }: CallDetail, hideText: boolean): void {
  const shown = hideText ? (withoutText ?? value) : value;
  const before = asObject(metadata[name]);
  const more = asObject(shown);
  metadata[name] = before && more ? completed(before, more) : shown;
}

function completed(base: JsonObject, more: JsonObject): JsonObject {
  const both = emptyObject();
  for (const object of [base, more]) for (const key of Object.keys(object)) both[key] = object[key];
  return both;
}
