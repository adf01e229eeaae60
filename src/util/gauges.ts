/**
 * What the sidecar holds and feels at this moment: plain numbers that their owners set, read by telemetry when it collects. Each name
 * becomes `genai_extproc.<name>`. `merge`: how the gauges of several processes become one.
 */
export const GAUGES = {
  'shedding.level': { merge: 'max', unit: '', help: 'what load takes away: 0 nothing, 1 content, 2 spans too' },
  'event_loop.lag': { merge: 'max', unit: 's', help: 'how late the event loop came to its last look at the clock' },
  'memory.resident': { merge: 'sum', unit: 'By', help: 'resident memory of the process' },
  'streams.open': { merge: 'sum', unit: '', help: 'ext_proc streams that are open' },
  'calls.open': { merge: 'sum', unit: '', help: 'GenAI calls that are open' },
  'calls.held': { merge: 'sum', unit: 'By', help: 'content that open calls hold, about' },
} as const satisfies Record<string, { merge: 'max' | 'sum'; unit: '' | 's' | 'By'; help: string }>;

export type GaugeName = keyof typeof GAUGES;

/** The gauges by name. */
export type Gauges = Record<GaugeName, number>;

/** Gauges that stand at 0. */
export function createGauges(): Gauges {
  return Object.fromEntries(Object.keys(GAUGES).map((name) => [name, 0])) as Gauges;
}
