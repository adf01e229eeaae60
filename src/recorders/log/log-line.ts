import type { GenAiRecord } from '../../model/record.js';

/** A call in one line for a person: what it was, how it ended, how long it took, what it used. */
export function formatLine(record: GenAiRecord): string {
  const { failure, status, usage } = record;
  const outcome = [status, failure && failure.type !== String(status) ? failure.type : undefined];
  const facts = [
    outcome.filter((part) => part !== undefined).join(' ') || 'no answer',
    formatMillis(record.timing.duration),
    usage.input === undefined ? undefined : `${usage.input} tokens in`,
    usage.output === undefined ? undefined : `${usage.output} tokens out`,
  ];
  return `${record.endpoint.operation} ${formatModel(record)}: ${facts.filter((fact) => fact !== undefined).join(', ')}`;
}

function formatModel({ originalModel, reportedModel }: GenAiRecord): string {
  const asked = originalModel ?? 'unknown model';
  return reportedModel === undefined || reportedModel === originalModel ? asked : `${asked} → ${reportedModel}`;
}

function formatMillis(millis: number): string {
  return millis < 9999.5 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(1)} s`;
}
