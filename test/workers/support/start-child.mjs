// A process that starts the program below it, in one of the ways that there are: start-child.mjs HOW FILE [PARAMETER…].
// Says which session it is, passes SIGTERM on, and ends as the child does.
import cluster from 'node:cluster';
import { childEnvironment, PROCESS_IDENTITY, ROOT_SESSION_VARIABLE } from '../../../dist/util/process-identity.js';
import { forkChild, spawnChild } from '../../../dist/util/spawn-child.js';

const [how, file, ...parameters] = process.argv.slice(2);
const { [ROOT_SESSION_VARIABLE]: _, ...withoutRoot } = process.env;
const stdio = ['ignore', 'inherit', 'inherit'];

const WAYS = {
  'default environment': () => spawnChild(process.execPath, [file, ...parameters], { stdio }),
  'explicit environment': () => spawnChild(process.execPath, [file, ...parameters], { stdio, env: withoutRoot }),
  fork: () => forkChild(file, parameters, { stdio: [...stdio, 'ipc'] }),
  'fork with an explicit environment': () =>
    forkChild(file, parameters, { stdio: [...stdio, 'ipc'], env: withoutRoot }),
  cluster() {
    cluster.setupPrimary({ exec: file, args: parameters });
    return cluster.fork(childEnvironment({})).process;
  },
};

process.stderr.write(`${JSON.stringify({ msg: 'parent', session: PROCESS_IDENTITY.sessionId })}\n`);
const child = WAYS[how]();
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => process.exit(code ?? 1));
