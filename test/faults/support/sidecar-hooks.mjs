// Loaded into the sidecar's process before its program (`node --import`): lets the fault matrix step the wall clock, block the event
// loop, and look at what is open. Nothing of the program is changed; unasked it does nothing.
import { createServer } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const RealDate = Date;
let stepMillis = 0;

/** The process's wall clock as the program reads it; the machine's own may not be set without privileges. */
class SteppedDate extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + stepMillis);
    else super(...parts);
  }
  static now() {
    return RealDate.now() + stepMillis;
  }
}
globalThis.Date = SteppedDate;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Nothing else runs on this thread meanwhile. */
function block(millis) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);
}

let stutter;
const COMMANDS = {
  '/open': () => {
    collectGarbage();
    const resources = {};
    for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
    return { resources, heap: process.memoryUsage().heapUsed, rss: process.memoryUsage.rss() };
  },
  '/block': (parameters) => {
    setImmediate(() => block(Number(parameters.get('millis'))));
    return {};
  },
  '/stutter': (parameters) => {
    clearInterval(stutter);
    const millis = Number(parameters.get('millis'));
    if (millis > 0) stutter = setInterval(() => block(millis), Number(parameters.get('every')));
    stutter?.unref();
    return {};
  },
  '/step': (parameters) => {
    stepMillis += Number(parameters.get('millis'));
    return {};
  },
};

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://hooks');
  const command = COMMANDS[url.pathname];
  response.writeHead(command ? 200 : 404, { connection: 'close' });
  response.end(JSON.stringify(command?.(url.searchParams) ?? {}));
});
server.listen(Number(process.env.FAULT_HOOKS_PORT), '127.0.0.1');
server.unref();
