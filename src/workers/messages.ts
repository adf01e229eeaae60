import type { ListenAddress, Settings } from '../config/settings.js';
import type { MetricIncrement } from '../telemetry/metric-increment.js';
import type { ErrorCode } from '../util/errors.js';

/** What the supervisor says to a worker. */
export type ToWorker =
  /** The first message: serve, by settings that are the worker's own where they name an address. */
  | { type: 'start'; worker: number; settings: Settings }
  /** Finish the open streams, take no new ones, end. */
  | { type: 'drain' };

/** What a worker says to the supervisor. */
export type FromWorker =
  /** It serves; a port 0 has become the real one. */
  | { type: 'serving'; listen: ListenAddress }
  /** It cannot serve, and ends. */
  | { type: 'failed'; code: ErrorCode; message: string; setting: string | undefined }
  | { type: 'metrics'; increment: MetricIncrement };
