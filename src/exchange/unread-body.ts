import type { RequestBody } from './request-reader.js';

/** A body of which nothing can be told. */
export const UNREAD_BODY: RequestBody = { kind: 'unknown', members: {}, bytes: Buffer.alloc(0), truncated: true };
