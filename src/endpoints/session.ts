import { asObject, asText, type JsonObject } from '../model/json.js';

/** Whose call it is, by members of the body that clients use for it. */
export interface BodySession {
  /** `metadata.session_id`. */
  session?: string | undefined;
  /** `metadata.user_id`, Anthropic's member for it. */
  user?: string | undefined;
}

/** Reads the session and the user that a request body names. */
export function readSession(body: JsonObject): BodySession {
  const metadata = asObject(body['metadata']);
  return { session: asText(metadata?.['session_id']), user: asText(metadata?.['user_id']) };
}
