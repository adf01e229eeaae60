import { randomUUID } from 'node:crypto';

/** The one internal variable by which every child learns its root session; no setting, so it lies outside of their prefix. */
export const ROOT_SESSION_VARIABLE = '_GENAI_EXTPROC_ROOT_SESSION_ID';

/** Which run of the program this process is. It has nothing to do with the `session.id` of calls. */
export interface ProcessIdentity {
  /** A UUID v4, new for each process. */
  readonly sessionId: string;
  /** The session of the first process of the family; the own one in that process. */
  readonly rootSessionId: string;
}

/** What may come from outside and go into a header; anything else is as if nothing had come. */
const ACCEPTABLE = /^[A-Za-z0-9._-]{1,128}$/;

/** Makes the identity of a process that has this environment. */
export function createProcessIdentity(env: NodeJS.ProcessEnv): ProcessIdentity {
  const sessionId = randomUUID();
  const inherited = env[ROOT_SESSION_VARIABLE];
  const accepted = inherited !== undefined && ACCEPTABLE.test(inherited);
  return { sessionId, rootSessionId: accepted ? inherited : sessionId };
}

/** This process. */
export const PROCESS_IDENTITY: ProcessIdentity = createProcessIdentity(process.env);

/** The environment of a child: `env`, or our own without one, and the root session, whatever `env` says of that. */
export function childEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env, [ROOT_SESSION_VARIABLE]: PROCESS_IDENTITY.rootSessionId };
}
