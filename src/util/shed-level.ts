/**
 * What load takes away from calls, in this order: nothing; the content of calls; the spans of calls that begin, too. Never the metrics,
 * the metadata or the reply.
 */
export const SHED = { nothing: 0, content: 1, spans: 2 } as const;

export type ShedLevel = (typeof SHED)[keyof typeof SHED];
