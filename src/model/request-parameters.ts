/** What a request asks of the model, in the vocabulary of the gen_ai semantic conventions; absent: not asked for. */
export interface RequestParameters {
  temperature?: number | undefined;
  topP?: number | undefined;
  topK?: number | undefined;
  frequencyPenalty?: number | undefined;
  presencePenalty?: number | undefined;
  seed?: number | undefined;
  maxTokens?: number | undefined;
  stopSequences?: string[] | undefined;
  /** Answers asked for; absent when it is the usual one. */
  choiceCount?: number | undefined;
  encodingFormats?: string[] | undefined;
  /** Embeddings: dimensions of a vector. */
  dimensions?: number | undefined;
  /** `text`, `json`, `image`, `speech` (gen_ai.output.type). */
  outputType?: string | undefined;
}
