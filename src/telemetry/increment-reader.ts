import { AggregationTemporality, type MetricProducer, MetricReader } from '@opentelemetry/sdk-metrics';
import { type InstrumentIncrement, instrumentIncrements } from './metric-increment.js';

/** Collects what was counted since the last time. A class because the SDK takes no other. */
export class IncrementReader extends MetricReader {
  constructor(cardinalityLimit: number, metricProducers: MetricProducer[]) {
    super({
      metricProducers,
      aggregationTemporalitySelector: () => AggregationTemporality.DELTA,
      cardinalitySelector: () => cardinalityLimit,
    });
  }

  /** Rejects after shutdown. */
  async take(): Promise<InstrumentIncrement[]> {
    const { resourceMetrics } = await this.collect();
    return instrumentIncrements(resourceMetrics);
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
