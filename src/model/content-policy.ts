/** What takes the place of a hidden value. */
export const REDACTED = '__REDACTED__';

/** The `OPENINFERENCE_HIDE_*` switches: what may not leave this process in any signal. */
export interface ContentPolicy {
  hideInvocationParameters: boolean;
  hideInputs: boolean;
  hideOutputs: boolean;
  hideInputMessages: boolean;
  hideOutputMessages: boolean;
  hideInputImages: boolean;
  hideInputText: boolean;
  hideOutputText: boolean;
  hideEmbeddingsText: boolean;
  hideEmbeddingsVectors: boolean;
  hidePrompts: boolean;
  hideChoices: boolean;
  hideTools: boolean;
  /** Characters of an inline image's data URL beyond which it is replaced by {@link REDACTED}. */
  base64ImageMaxLength: number;
}

/** Where the gen_ai conventions' content goes: nowhere unless asked for (`OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`). */
export interface ContentCapture {
  /** On spans of the gen_ai vocabulary. */
  span: boolean;
  /** On log records. */
  event: boolean;
}

/** Whether any switch hides anything: an error's text may quote the request as well as the answer, so then it is hidden. */
export function hidesAnything(policy: ContentPolicy): boolean {
  return Object.values(policy).some((value) => value === true);
}
