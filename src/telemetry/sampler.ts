import { ROOT_CONTEXT, SamplingDecision, type SpanContext, SpanKind, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { SamplerName } from '../config/settings.js';
import type { SpanKind as SpanKindName } from '../model/trace.js';
import { isSampled } from './trace-parent.js';

/** `OTEL_TRACES_SAMPLER` by value; `ratio` is `OTEL_TRACES_SAMPLER_ARG`. */
const SAMPLERS: Record<SamplerName, (ratio: number) => Sampler> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
};

/** Decides whether a call has a span; its trace is the parent's where there is one. */
export type CallSampler = (parent: SpanContext | undefined, traceId: string) => boolean;

/** What the names say by themselves: nobody needs to be asked, for the default on every call. */
const PLAIN: Partial<Record<SamplerName, CallSampler>> = {
  always_on: () => true,
  parentbased_always_on: (parent) => parent === undefined || isSampled(parent),
};

/** Until a span's end gives it its own. */
const PROVISIONAL_NAME = 'GenAI call';

/** The sampler of the settings. */
export function createCallSampler(name: SamplerName, ratio: number, kind: SpanKindName): CallSampler {
  return PLAIN[name] ?? askSampler(createSampler(name, ratio), SpanKind[kind]);
}

/** The SDK's sampler of that name. */
export function createSampler(name: SamplerName, ratio: number): Sampler {
  return SAMPLERS[name](ratio);
}

function askSampler(sampler: Sampler, kind: SpanKind): CallSampler {
  return (parent, traceId) => {
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    const { decision } = sampler.shouldSample(context, traceId, PROVISIONAL_NAME, kind, {}, []);
    return decision === SamplingDecision.RECORD_AND_SAMPLED;
  };
}
