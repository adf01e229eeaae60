/**
 * The sum of all samples of one metric on a Prometheus text page, whatever their labels; `undefined` when the page has none.
 */
export function sumOf(page, name) {
  let sum;
  for (const line of page.split('\n')) {
    if (!line.startsWith(name)) continue;
    const rest = line.slice(name.length);
    const match = /^(?:\{.*\})? (\S+)/.exec(rest);
    if (match !== null) sum = (sum ?? 0) + Number(match[1]);
  }
  return sum;
}

/** Spans that the sidecar says it lost; 0 before the first. */
export function droppedSpans(page) {
  return sumOf(page, 'genai_extproc_spans_dropped_total') ?? sumOf(page, 'genai_extproc_spans_dropped') ?? 0;
}

/** Calls in the histogram of request durations; 0 before the first. */
export function measuredCalls(page) {
  return sumOf(page, 'gen_ai_server_request_duration_seconds_count') ?? 0;
}
