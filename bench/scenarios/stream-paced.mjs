/**
 * 8 streams of 200 events 2 ms apart: how much later each event arrives. The upstream stamps its send time into each.
 * A pass is one stream on each connection, about 0.4 s.
 */
export const scenario = {
  name: 'stream-paced',
  title: 'SSE, 200 events 2 ms apart, 8 streams',
  unit: 'stream',
  exchange: 'paced',
  connections: 8,
  passMillis: 1,
  passes: 6,
};
