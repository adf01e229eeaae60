/** What a queue of encoded items is allowed to hold and to send at once. */
export interface ExportQueueLimits {
  maxItems: number;
  maxBytes: number;
  batchItems: number;
  /** Bytes of one batch's items; a single one that is larger goes alone. */
  batchBytes: number;
  /** How long an item waits at most for its batch to fill, in milliseconds. */
  delayMillis: number;
}

/** What becomes of items. */
export interface ExportQueueEvents {
  exported(count: number): void;
  /** Lost; `reason` is a word of ours. */
  dropped(count: number, reason: 'queue_full' | 'export_failed' | 'rejected' | 'shutdown', error?: unknown): void;
}

/** Encoded items (spans, log records) on their way to one exporter. */
export interface ExportQueue {
  /** Takes an item, or drops and counts it when the queue is full. */
  add(item: Buffer): void;
  /** Sends everything that waits; what is not sent after `deadlineMillis` is dropped and counted. The queue is closed then. */
  close(deadlineMillis: number): Promise<void>;
}

/**
 * Creates a queue bounded in bytes and in items that sends one batch at a time, each on a turn of the event loop of its
 * own, so that traffic gets its turn in between. `send` resolves to the number of items that were accepted.
 */
export function createExportQueue(
  limits: ExportQueueLimits,
  send: (items: Buffer[]) => Promise<number>,
  events: ExportQueueEvents,
): ExportQueue {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let sending = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let drained: (() => void) | undefined;

  const isBatchFull = () => waiting.length >= limits.batchItems || waitingBytes >= limits.batchBytes;

  function schedule(): void {
    if (sending > 0 || immediate !== undefined || waiting.length === 0) return;
    if (closed || isBatchFull()) {
      clearTimeout(timer);
      timer = undefined;
      immediate = setImmediate(sendBatch);
    } else {
      timer ??= setTimeout(sendBatch, limits.delayMillis).unref();
    }
  }

  function takeBatch(): Buffer[] {
    let count = 0;
    let bytes = 0;
    while (count < waiting.length && count < limits.batchItems) {
      const size = (waiting[count] as Buffer).length;
      if (count > 0 && bytes + size > limits.batchBytes) break;
      bytes += size;
      count++;
    }
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    waitingBytes -= bytes;
    return batch;
  }

  function sendBatch(): void {
    timer = undefined;
    immediate = undefined;
    const batch = takeBatch();
    if (batch.length === 0) return;
    sending = batch.length;
    send(batch).then(
      (accepted) => finish(batch.length, accepted),
      (error) => finish(batch.length, 0, error),
    );
  }

  function finish(count: number, accepted: number, error?: unknown): void {
    // given up at the deadline and counted then
    if (sending === 0) return;
    sending = 0;
    if (accepted > 0) events.exported(accepted);
    if (count > accepted) events.dropped(count - accepted, error === undefined ? 'rejected' : 'export_failed', error);
    if (closed && waiting.length === 0) drained?.();
    schedule();
  }

  return {
    add(item) {
      if (closed || waiting.length >= limits.maxItems || waitingBytes + item.length > limits.maxBytes) {
        events.dropped(1, closed ? 'shutdown' : 'queue_full');
        return;
      }
      waiting.push(item);
      waitingBytes += item.length;
      schedule();
    },
    async close(deadlineMillis) {
      if (closed) return;
      closed = true;
      schedule();
      if (sending > 0 || waiting.length > 0) {
        await new Promise<void>((resolve) => {
          const deadline = setTimeout(resolve, deadlineMillis);
          drained = () => {
            clearTimeout(deadline);
            resolve();
          };
        });
      }
      const lost = waiting.length + sending;
      waiting = [];
      waitingBytes = 0;
      sending = 0;
      clearImmediate(immediate);
      if (lost > 0) events.dropped(lost, 'shutdown');
    },
  };
}
