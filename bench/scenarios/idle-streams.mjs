/**
 * 10,000 streamed answers of which each has sent its first event and waits: what an open call holds in memory. Over HTTP/2 on both sides
 * of Envoy, so that they need few connections, and with processes that have done little before.
 */
export const scenario = {
  name: 'idle-streams',
  title: '10,000 idle streams',
  unit: 'stream',
  streams: 10_000,
  repeats: 2,
  without: ['none', 'hidden'],
};
