/** A document that is ranked (OpenInference semantic conventions, "document"). */
export interface RankedDocument {
  /** Its text; absent where it has none, or was not told. */
  content?: string | undefined;
  id?: string | undefined;
  /** How well it answers the query; of an answer only. */
  score?: number | undefined;
}
