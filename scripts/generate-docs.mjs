// Writes the documentation that is generated from code; run by `npm run docs`, after a build.
import { readFileSync, writeFileSync } from 'node:fs';
import { renderMarkdown } from '../dist/config/render/markdown.js';
import { ENDPOINTS } from '../dist/endpoints/registry.js';
import { COUNTER_NAMES } from '../dist/util/counters.js';
import { renderCounters, renderEndpoints, replaceBlock } from './lib/generated-blocks.mjs';

const docs = new URL('../docs/', import.meta.url);
writeFileSync(new URL('configuration.md', docs), renderMarkdown());
const errors = new URL('errors.md', docs);
writeFileSync(errors, replaceBlock(readFileSync(errors, 'utf8'), 'counters', renderCounters(COUNTER_NAMES)));
const readme = new URL('../README.md', import.meta.url);
writeFileSync(readme, replaceBlock(readFileSync(readme, 'utf8'), 'endpoints', renderEndpoints(ENDPOINTS)));
