/** 8 streams of 200 events 2 ms apart: how much later each event arrives. The upstream stamps its send time into each. */
export const scenario = {
  name: 'stream-paced',
  title: 'SSE, 200 events 2 ms apart, 8 streams',
  unit: 'stream',
  exchange: 'paced',
  connections: 8,
  durationMillis: 1400,
  targets: ['none', 'noop', 'us', 'hidden', 'other'],
};
