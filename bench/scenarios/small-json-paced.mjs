/**
 * Small chat calls at an even 250 a second on 16 connections: latency at a load that all targets can carry on a small machine,
 * where the other scenario with 16 shows mostly how long the queue before a busy core is.
 */
export const scenario = {
  name: 'small-json-paced',
  title: 'Small JSON chat calls, 250 a second',
  unit: 'call',
  exchange: 'small',
  connections: 16,
  callsPerSecond: 250,
  passMillis: 400,
  passes: 8,
};
