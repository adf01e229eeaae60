/** 8 streams whose 200 events come at once: throughput of streams. */
export const scenario = {
  name: 'stream-burst',
  title: 'SSE burst, 200 events at once, 8 streams',
  unit: 'stream',
  exchange: 'burst',
  connections: 8,
  passMillis: 300,
  passes: 2,
};
