/** Prompts of 500 KB, 4 at a time: large bodies in, and what they cost in memory. */
export const scenario = {
  name: 'large-prompt',
  title: '500 KB prompt, 4 at a time',
  unit: 'call',
  exchange: 'prompt',
  connections: 4,
  passMillis: 300,
  passes: 2,
};
