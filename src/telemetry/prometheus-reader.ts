import { AggregationTemporality, type MetricProducer, MetricReader } from '@opentelemetry/sdk-metrics';
import { writePrometheusPage } from './prometheus-page.js';

/** The reader behind `GET /metrics`: collects when asked, always cumulative. A class because the SDK takes no other. */
export class PrometheusReader extends MetricReader {
  #writing: Promise<string> | undefined;

  /** `metricProducers`: further metrics of the page. */
  constructor(cardinalityLimit: number, metricProducers: MetricProducer[]) {
    super({
      metricProducers,
      aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
      cardinalitySelector: () => cardinalityLimit,
    });
  }

  /** The page in the Prometheus text format; who asks while one is written gets that one. Rejects after shutdown. */
  page(): Promise<string> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #write(): Promise<string> {
    const { resourceMetrics } = await this.collect();
    return writePrometheusPage(resourceMetrics);
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
