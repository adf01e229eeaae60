/**
 * 100 calls a second with 50 KB of content each (prompt and answer), exported all the while: the longest pause of the event loop.
 * The measure goes on until the last span has arrived.
 */
export const scenario = {
  name: 'content-export',
  title: '50 KB of content a span, 100 calls a second, while exporting',
  unit: 'call',
  exchange: 'content',
  connections: 16,
  callsPerSecond: 100,
  passMillis: 750,
  passes: 4,
  measuresPause: true,
  without: ['none', 'hidden'],
};
