import type { IExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import type { BatchSettings, OtlpSettings } from '../config/settings.js';
import { PACKAGE } from '../util/package-info.js';
import type { LossReport } from './export-losses.js';
import { createExportQueue } from './export-queue.js';
import type { OtlpSignal } from './otlp-credentials.js';
import { encodeEnvelope, encodeRequest, envelopeSize } from './otlp-request.js';
import { createOtlpSender } from './otlp-sender.js';

/** Collectors accept 4 MiB in one request by default; no request of ours with one item is larger. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/** One signal's way to its collector. */
export interface OtlpExportOptions {
  signal: OtlpSignal;
  otlp: OtlpSettings;
  batch: BatchSettings;
  queueBytes: number;
  batchBytes: number;
  resource: Resource;
  /** Names the items of a payload in the exporter's metrics of itself. */
  counted: Omit<IExporterMetricsHelper<unknown>, 'countItems'>;
  /** Of an answer: how many items the collector rejected. */
  readRejected(answer: Uint8Array): number;
  exported(count: number): void;
  lost: LossReport;
}

/** A bounded queue of encoded items (spans, log records) in front of one collector. */
export interface OtlpExport {
  /** Bytes of an item beyond which no collector would take it. */
  readonly maxItemBytes: number;
  /** Takes an item, or counts it as lost when the queue is full. */
  add(item: Buffer): void;
  /** Sends what waits; what is not sent in time is lost and counted. */
  close(deadlineMillis: number): Promise<void>;
}

/**
 * Creates the export of one signal in batches bounded by bytes, by gRPC or http/protobuf.
 *
 * @throws Error naming the setting when a certificate or a header is unusable.
 */
export function createOtlpExport(options: OtlpExportOptions): OtlpExport {
  const { signal, otlp, batch, batchBytes } = options;
  const envelope = encodeEnvelope(options.resource.attributes, PACKAGE);
  const maxItemBytes = MAX_REQUEST_BYTES - envelopeSize(envelope);
  let rejected = 0;
  const sender = createOtlpSender<Buffer[], number>(
    signal,
    otlp,
    {
      serializeRequest: (items) => encodeRequest(envelope, items),
      deserializeResponse(answer) {
        rejected = options.readRejected(answer);
        return rejected;
      },
    },
    { ...options.counted, countItems: (items) => items.length },
  );

  async function send(items: Buffer[]): Promise<number> {
    rejected = 0;
    await withTimeout(sender.send(items), batch.exportTimeoutMillis);
    return Math.max(0, items.length - rejected);
  }

  const queue = createExportQueue(
    {
      maxItems: batch.maxQueueSize,
      maxBytes: options.queueBytes,
      batchItems: Math.min(batch.maxBatchSize, batch.maxQueueSize),
      batchBytes: Math.min(batchBytes - envelopeSize(envelope), maxItemBytes),
      delayMillis: batch.scheduleDelayMillis,
    },
    send,
    { exported: options.exported, dropped: options.lost },
  );

  return {
    maxItemBytes,
    add: queue.add,
    async close(deadlineMillis) {
      await queue.close(deadlineMillis);
      // not awaited: it waits for an export that was given up
      void sender.shutdown().catch(() => {});
    },
  };
}

/** The promise, or a rejection after `millis`; a transport's own timeout starts again with every byte that dribbles in. */
function withTimeout<Value>(promise: Promise<Value>, millis: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${millis} ms`)), millis).unref();
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
