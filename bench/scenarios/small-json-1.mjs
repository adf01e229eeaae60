/** A small chat call, one at a time: what the filter adds to a call's latency when nothing else happens. */
export const scenario = {
  name: 'small-json-1',
  title: 'Small JSON chat call, 1 at a time',
  unit: 'call',
  exchange: 'small',
  connections: 1,
  passMillis: 300,
  passes: 8,
};
