import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A gRPC call without a network: counts its replies. */
function createCall() {
  return {
    replies: 0,
    metadata: () => undefined,
    write() {
      this.replies += 1;
      return true;
    },
    end() {},
    fail(status, details) {
      throw new Error(`status ${status}: ${details}`);
    },
    pause() {},
    resume() {},
  };
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
      const call = createCall();
      const listener = observer.serve(call);
      for (const bytes of messages) listener.message(bytes);
      listener.ended();
      listener.closed();
      if (call.replies !== messages.length) throw new Error(`${call.replies} replies to ${messages.length} messages`);
    },
  };
}
