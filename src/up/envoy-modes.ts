import { type Document, isMap, type Pair, parseDocument, Scalar, type YAMLMap } from 'yaml';
import type { EnvoyMode } from '../config/settings.js';
import { ENVOY_TYPES, keyOf, mapAt, named, pairOf, put, seqAt } from './envoy-document.js';

const EXT_PROC = `${ENVOY_TYPES}.filters.http.ext_proc.v3`;

/** What the sidecar's copy of a call is asked for, and when its stream ends. */
const OBSERVING_FILTER = `
name: genai.observe
typed_config:
  "@type": ${EXT_PROC}.ExternalProcessor
  stat_prefix: genai
  grpc_service:
    envoy_grpc: { cluster_name: genai_sidecar }
  failure_mode_allow: true
  # The sidecar gets a copy of what passes; nobody waits for it, and nothing that it answers is read.
  observability_mode: true
  # The sidecar ends its streams itself when an answer is over. Of a call that was cut it hears this much later, and this
  # long a copy may lag behind its call: what has not reached the sidecar by then is lost to it.
  deferred_close_timeout: 5s
  # In this mode the sidecar cannot ask for more, so everything is shown from the start. It ends the stream of what is
  # none of its business after the first message; a route that should not cost even that disables the filter, as
  # \`health\` does above.
  processing_mode:
    request_header_mode: SEND
    request_body_mode: STREAMED
    response_header_mode: SEND
    response_body_mode: STREAMED
    request_trailer_mode: SEND
    response_trailer_mode: SEND
`;

/** The filter in front of the observing one. */
const CONTEXT_FILTER = `
name: genai.context
typed_config:
  "@type": ${EXT_PROC}.ExternalProcessor
  stat_prefix: genai_context
  grpc_service:
    envoy_grpc: { cluster_name: genai_sidecar }
    # says which of the two filters asks
    initial_metadata:
    - { key: x-genai-filter, value: context }
  # Whatever happens to the sidecar, the call goes on, without a trace header.
  failure_mode_allow: true
  # the one time that a call waits for the sidecar
  message_timeout: 0.25s
  processing_mode:
    request_header_mode: SEND
    request_body_mode: NONE
    response_header_mode: SKIP
    response_body_mode: NONE
    request_trailer_mode: SKIP
    response_trailer_mode: SKIP
`;

/** Access-log rows that need a reply after the request headers. */
const ROWS_OF_BODIES = [
  'gen_ai.request.model',
  'gen_ai.response.model',
  'model_name_override',
  'streaming',
  'finish_reason',
  'error_type',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.total_tokens',
  'gen_ai.usage.cached_input_tokens',
  'gen_ai.usage.cache_creation_input_tokens',
  'gen_ai.usage.reasoning_tokens',
  'token_latency_ttft',
  'token_latency_itl',
];

/** Access-log rows that need a reply at all. */
const ROWS_OF_REPLIES = [
  ...ROWS_OF_BODIES,
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'backend_name',
  'session.id',
  'trace_id',
  'span_id',
  'sampled',
];

/** What the head says to copy. */
const SOLE_FILTER = /copy the filter `genai\.observe`, (.*),\n and what/u;
const BOTH_FILTERS = 'copy the filters `genai.context` and `genai.observe`,\n $1, and what';

const WHAT_IT_IS: Record<Exclude<EnvoyMode, 'inline'>, string> = {
  observe: ` The sidecar watches in Envoy's observability mode: it gets a copy of each call, and nothing waits for it. What it finds
 out is in its spans, metrics and log records (OTEL_LOGS_EXPORTER), not in this access log, and no trace header is set.
 docs/modes.md compares the modes.`,
  pair: ` Two filters: \`genai.context\` shows the sidecar the request headers alone, and it sets the trace headers; \`genai.observe\`
 gives it a copy of the call in Envoy's observability mode, and nothing waits for that. What the bodies say (models,
 tokens) is in the sidecar's spans, metrics and log records (OTEL_LOGS_EXPORTER), not in this access log.
 docs/modes.md compares the modes.`,
};

/** Turns the recommended configuration, which is inline, into one of another mode. Throws when a part of it is not where it was. */
export function changeMode(document: Document, manager: YAMLMap, mode: Exclude<EnvoyMode, 'inline'>): void {
  changeHead(document, mode);
  freeFlowControl(document);
  keyOf(manager, 'stream_idle_timeout').commentBefore =
    ' How long a call may be silent in both directions. Give slow models time.';
  changeAccessLog(document, manager, mode);
  if (mode === 'pair') disableContextToo(document, manager);
  changeFilters(document, manager, mode);
}

function changeHead(document: Document, mode: Exclude<EnvoyMode, 'inline'>): void {
  const head = (document.commentBefore ?? '').replaceAll('envoy.yaml', `envoy.${mode}.yaml`);
  const [title, ...rest] = head.split('\n');
  const lines = [title, WHAT_IT_IS[mode], ...rest].join('\n');
  document.commentBefore = mode === 'pair' ? lines.replace(SOLE_FILTER, BOTH_FILTERS) : lines;
}

function freeFlowControl(document: Document): void {
  const [layer] = seqAt(document.contents, ['layered_runtime', 'layers']).items as YAMLMap[];
  const values = mapAt(layer, ['static_layer']);
  const comment = ` Without flow control a stuck sidecar costs Envoy the memory of what it does not read (for 2 s at most: then the
 keepalive of the cluster \`genai_sidecar\` lets go of it), and no client. With it, a big body would stall as long.`;
  put(document, values, 'envoy.reloadable_features.grpc_side_stream_flow_control', false, { comment });
}

function changeAccessLog(document: Document, manager: YAMLMap, mode: Exclude<EnvoyMode, 'inline'>): void {
  const [log] = seqAt(manager, ['access_log']).items as YAMLMap[];
  keyOf(manager, 'access_log').commentBefore =
    mode === 'observe'
      ? ' One JSON line per request, as Envoy knows it: nothing that the sidecar finds out in this mode can reach it.'
      : ` One JSON line per request. What the sidecar knows from the request headers arrives as dynamic metadata in the namespace
 \`io.envoy.ai_gateway\`; what is not known is null.`;
  const settings = keyOf(log as YAMLMap, 'typed_config');
  settings.commentBefore = withoutTokens(settings.commentBefore ?? '');
  const rows = mapAt(log, ['typed_config', 'log_format', 'json_format']);
  const gone = mode === 'observe' ? ROWS_OF_REPLIES : ROWS_OF_BODIES;
  for (const row of gone) rows.delete(row);
  keyOf(rows, 'ext_proc').commentBefore = ' how many bytes the sidecar was sent (null: not observed)';
  if (mode === 'observe') {
    const comment = " the client's own: the span of the call hangs below it";
    put(document, rows, 'traceparent', quoted('%REQ(TRACEPARENT)%'), { comment, before: 'ext_proc' });
    return;
  }
  const comment = ' what the trace headers cost, in microseconds, and whether they failed (null: not observed)';
  put(document, rows, 'ext_proc_context', quoted('%FILTER_STATE(genai.context:PLAIN)%'), {
    comment,
    before: 'ext_proc',
  });
}

/** The comment about tail sampling, without the line that needs the tokens. */
function withoutTokens(comment: string): string {
  return comment
    .replace(/\n[^\n]*llm_total_token[^\n]*/u, '')
    .replace('(errors, slow ones, large ones)', '(errors, slow ones)');
}

function quoted(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = 'QUOTE_DOUBLE';
  return scalar;
}

function disableContextToo(document: Document, manager: YAMLMap): void {
  const [host] = seqAt(manager, ['route_config', 'virtual_hosts']).items as YAMLMap[];
  const health = named(seqAt(host, ['routes']), 'health');
  const perFilter = mapAt(health, ['typed_per_filter_config']);
  const disabled = mapAt(perFilter, ['genai.observe']).clone() as YAMLMap;
  put(document, perFilter, 'genai.context', disabled, { before: 'genai.observe' });
}

function changeFilters(document: Document, manager: YAMLMap, mode: Exclude<EnvoyMode, 'inline'>): void {
  const filters = seqAt(manager, ['http_filters']);
  const inline = named(filters, 'genai.observe');
  const settings = mapAt(inline, ['typed_config']);
  const observing = fragment(OBSERVING_FILTER);
  take(settings, mapAt(observing, ['typed_config']), ['forward_rules', 'request_attributes', 'response_attributes']);
  const changed = [observing];
  if (mode === 'pair') {
    const forwarding = fragment('{ forwarding_namespaces: { untyped: [ io.envoy.ai_gateway ] } }', false);
    const comment = ' by this the sidecar learns which span the other filter has announced';
    put(document, mapAt(observing, ['typed_config']), 'metadata_options', forwarding, { comment });
    const context = fragment(CONTEXT_FILTER);
    take(settings, mapAt(context, ['typed_config']), [
      'disable_immediate_response',
      'mutation_rules',
      'forward_rules',
      'request_attributes',
      'metadata_options',
    ]);
    changed.unshift(context);
  }
  const [first] = changed as [YAMLMap];
  if (inline.commentBefore) first.commentBefore = inline.commentBefore;
  filters.items.splice(filters.items.indexOf(inline), 1, ...changed);
}

/** Copies pairs with their comments to the end of another map. */
function take(from: YAMLMap, to: YAMLMap, names: readonly string[]): void {
  for (const name of names) to.items.push(pairOf(from, name).clone() as Pair);
}

function fragment(text: string, block = true): YAMLMap {
  const { contents } = parseDocument(block ? text.trimStart() : text);
  if (!isMap(contents)) throw new Error('a part of a configuration is no map');
  return contents;
}
