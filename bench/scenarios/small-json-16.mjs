/** A small chat call, 16 at a time, each connection as fast as it can: throughput, and latency under full load. */
export const scenario = {
  name: 'small-json-16',
  title: 'Small JSON chat call, 16 at a time',
  unit: 'call',
  exchange: 'small',
  connections: 16,
  passMillis: 500,
  passes: 4,
};
