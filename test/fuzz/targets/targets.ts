import type { FuzzTarget } from '../engine/fuzz-target.js';
import { DECODE_TARGETS } from './decode-targets.js';
import { contentEncoding } from './encoding-target.js';
import { ENDPOINT_TARGETS } from './endpoint-targets.js';
import { HEADER_TARGETS } from './header-targets.js';
import { HTTP2_TARGETS } from './http2-targets.js';
import { requestDecoder } from './wire-target.js';

/** Everything that is fuzzed. */
export const TARGETS: readonly FuzzTarget[] = [
  ...DECODE_TARGETS,
  contentEncoding,
  requestDecoder,
  ...HTTP2_TARGETS,
  ...HEADER_TARGETS,
  ...ENDPOINT_TARGETS,
];
