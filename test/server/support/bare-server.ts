import { findEndpoint } from '../../../src/endpoints/registry.js';
import type { ExchangeDependencies } from '../../../src/exchange/dependencies.js';
import { createExchange } from '../../../src/exchange/exchange.js';
import type { GenAiRecord } from '../../../src/model/record.js';
import type { CallTrace } from '../../../src/model/trace.js';
import { describeMetadata } from '../../../src/recorders/metadata/metadata.js';
import { type GrpcServer, startGrpcServer } from '../../../src/server/grpc-server.js';
import { type StreamDependencies, serveStream } from '../../../src/server/stream.js';
import { createWatchdog } from '../../../src/server/watchdog.js';
import { createClock } from '../../../src/util/clock.js';
import { Counters } from '../../../src/util/counters.js';
import { createDeferred } from '../../../src/util/deferred.js';
import { loadContract } from '../../../src/wire/contract.js';
import { createReplyEncoder } from '../../../src/wire/replies.js';
import { type TestEnvironment, testSettings } from '../../support/sidecar.js';
import { connectClient, type ExtProcClient } from './ext-proc-client.js';

/** The gRPC server with the exchange behind it and nothing else: what it records stays here. */
export interface BareServer extends ExtProcClient {
  server: GrpcServer;
  /** The calls that are over; what was deferred is done first. */
  readonly records: GenAiRecord[];
  counters: Counters;
  /** What was reported as an error of ours. */
  internalErrors: unknown[];
  /** Body modes that were refused. */
  refusedModes: string[];
  shutdown(): Promise<void>;
}

export interface BareServerOptions {
  env?: TestEnvironment;
  /** Replaces parts of the exchange. */
  exchange?: Partial<ExchangeDependencies>;
  /** Replaces the exchange as a whole. */
  createExchange?: StreamDependencies['createExchange'];
}

const UNTRACED: CallTrace = { sampled: false, recording: true, headers: [], baggage: () => undefined, end: () => {} };

/** Starts a server on a free port, and a client of it. Shut it down when the test ends. */
export async function startBareServer(options: BareServerOptions = {}): Promise<BareServer> {
  const settings = testSettings(options.env);
  const records: GenAiRecord[] = [];
  const internalErrors: unknown[] = [];
  const refusedModes: string[] = [];
  const counters = new Counters();
  const contract = loadContract();
  const watchdog = createWatchdog(settings.limits.replyMillis);
  const onInternalError = (error: unknown) => void internalErrors.push(error);
  const deferred = createDeferred(onInternalError);
  const dependencies: ExchangeDependencies = {
    findEndpoint,
    tracer: { start: () => UNTRACED },
    recorders: [{ name: 'kept', record: (record) => void records.push(record) }],
    describeMetadata,
    wantsResponseContent: true,
    wantsRequestContent: true,
    headerMapping: settings.headerMapping,
    providers: settings.providers,
    bodySessions: settings.bodySessions,
    costOf: () => undefined,
    customCostsOf: () => undefined,
    limits: settings.limits,
    clock: createClock(),
    counters,
    defer: deferred.defer,
    onRecorderError: (_recorder, error) => onInternalError(error),
    ...options.exchange,
  };
  const server = await startGrpcServer(settings, (call) =>
    serveStream(call, {
      createExchange: options.createExchange ?? ((start) => createExchange(dependencies, start)),
      encodeReply: createReplyEncoder(contract, settings.metadataNamespace),
      counters,
      watchdog,
      onRefusedMode: (mode) => void refusedModes.push(mode),
      onInternalError,
    }),
  );
  const client = connectClient(`127.0.0.1:${server.port}`);
  return {
    ...client,
    server,
    get records() {
      deferred.flush();
      return records;
    },
    counters,
    internalErrors,
    refusedModes,
    async shutdown() {
      client.close();
      await server.close(0);
      watchdog.close();
    },
  };
}
