import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { AggregationTemporality, MetricReader } from '@opentelemetry/sdk-metrics';
import { toPrometheus } from './prometheus-names.js';

/** The reader behind `GET /metrics`: collects when asked, always cumulative. A class because the SDK takes no other. */
export class PrometheusReader extends MetricReader {
  readonly #serializer = new PrometheusSerializer('', false, undefined, false, true);

  constructor(cardinalityLimit: number) {
    super({
      aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
      cardinalitySelector: () => cardinalityLimit,
    });
  }

  /** The page in the Prometheus text format. Rejects after shutdown. */
  async page(): Promise<string> {
    const { resourceMetrics } = await this.collect();
    const page = this.#serializer.serialize(toPrometheus(resourceMetrics));
    return page.endsWith('\n') ? page : `${page}\n`;
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
