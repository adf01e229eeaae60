import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

/** `OTEL_TRACES_SAMPLER` by value; `ratio` is `OTEL_TRACES_SAMPLER_ARG`. */
const SAMPLERS: Record<string, (ratio: number) => Sampler> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
};

/**
 * The sampler of the settings.
 *
 * @throws Error listing the allowed names for an unknown one.
 */
export function createSampler(name: string, ratio: number): Sampler {
  const create = SAMPLERS[name];
  if (create === undefined) {
    throw new Error(`OTEL_TRACES_SAMPLER = ${name}: use one of ${Object.keys(SAMPLERS).join(', ')}`);
  }
  return create(ratio);
}
