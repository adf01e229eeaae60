/** What a reranker was asked and what it answered, as OpenInference attributes (OpenInference semantic conventions, "reranker"). */

import { type Attributes, set } from '../../model/attributes.js';
import { type ContentPolicy, REDACTED } from '../../model/content-policy.js';
import type { RankedDocument } from '../../model/document.js';
import type { RequestContent, ResponseContent } from '../../model/message.js';

/** Sets the query and the documents of a request; not called when inputs are hidden. */
export function setQuery(attributes: Attributes, content: RequestContent, policy: ContentPolicy): void {
  const hidden = policy.hideInputText;
  set(attributes, 'reranker.query', hidden && content.query !== undefined ? REDACTED : content.query);
  set(attributes, 'reranker.top_k', content.topDocuments);
  setDocuments(attributes, 'reranker.input_documents', content.documents, hidden);
}

/** Sets the documents of an answer; not called when outputs are hidden. Their texts are the request's, and hidden with them. */
export function setRanking(attributes: Attributes, content: ResponseContent, policy: ContentPolicy): void {
  const documents = policy.hideInputs ? content.documents?.map(scoreOf) : content.documents;
  setDocuments(attributes, 'reranker.output_documents', documents, policy.hideInputText || policy.hideOutputText);
}

function scoreOf({ score }: RankedDocument): RankedDocument {
  return { score };
}

function setDocuments(
  attributes: Attributes,
  prefix: string,
  documents: readonly RankedDocument[] | undefined,
  hideText: boolean,
): void {
  documents?.forEach(({ content, id, score }, index) => {
    const document = `${prefix}.${index}.document`;
    set(attributes, `${document}.id`, id);
    set(attributes, `${document}.score`, score);
    set(attributes, `${document}.content`, hideText && content !== undefined ? REDACTED : content);
  });
}
