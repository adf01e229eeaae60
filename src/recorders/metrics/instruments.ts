import type { Counter, Histogram, Meter } from '@opentelemetry/api';

/** The four histograms (telemetry contract, section 3): names, units and bounds are what dashboards are built on. */
export interface Instruments {
  tokenUsage: Histogram;
  requestDuration: Histogram;
  timeToFirstToken: Histogram;
  timePerOutputToken: Histogram;
  /** Only calls whose cost is known add to it. */
  cost: Counter;
}

const TOKEN_BOUNDS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
const DURATION_BOUNDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const FIRST_TOKEN_BOUNDS = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 15, 20, 30, 45, 60,
];
const OUTPUT_TOKEN_BOUNDS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];

/** Creates the four histograms on a meter. */
export function createInstruments(meter: Meter): Instruments {
  const histogram = (name: string, unit: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries } });
  return {
    tokenUsage: histogram(
      'gen_ai.client.token.usage',
      'token',
      'Tokens of a call, one sample per known counter',
      TOKEN_BOUNDS,
    ),
    requestDuration: histogram(
      'gen_ai.server.request.duration',
      's',
      'From the request headers to the end of the response',
      DURATION_BOUNDS,
    ),
    timeToFirstToken: histogram(
      'gen_ai.server.time_to_first_token',
      's',
      'From the request headers to the first chunk with generated content, streams only',
      FIRST_TOKEN_BOUNDS,
    ),
    timePerOutputToken: histogram(
      'gen_ai.server.time_per_output_token',
      's',
      'Between output tokens after the first, streams only',
      OUTPUT_TOKEN_BOUNDS,
    ),
    cost: meter.createCounter('gen_ai.client.cost', { unit: 'USD', description: 'What calls cost by the price list' }),
  };
}
