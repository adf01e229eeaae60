import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A gRPC call without a network: takes messages, counts the bytes of its replies. */
class Call extends EventEmitter {
  metadata = { get: () => [] };
  replies = 0;

  write() {
    this.replies += 1;
    return true;
  }

  end() {}
  pause() {}
  resume() {}
}

/**
 * The sidecar of a build without its servers: everything from a message's bytes to the export of telemetry. `folder` is the build,
 * `environment` its settings.
 */
export async function createSidecar(folder, environment) {
  const load = (path) => import(pathToFileURL(join(folder, path)).href);
  const { createObserver } = await load('app.js');
  const { parseSettings } = await load('config/parse-settings.js');
  const { settings, problems } = parseSettings({ argv: [], env: environment, readFile: () => '' });
  if (settings === undefined) throw new Error(JSON.stringify(problems));
  const warn = (fields, text) => {
    throw new Error(`${text} ${JSON.stringify(fields)}`);
  };
  const observer = createObserver(settings, { log: { debug() {}, info() {}, error: warn, warn } });
  return {
    ...observer,
    /** Serves one call from the bytes of its messages; every one must get its reply. */
    serve(messages) {
      const call = new Call();
      observer.serve(call);
      for (const bytes of messages) call.emit('data', observer.contract.decodeRequest(bytes));
      call.emit('end');
      call.emit('cancelled');
      if (call.replies !== messages.length) throw new Error(`${call.replies} replies to ${messages.length} messages`);
    },
  };
}
