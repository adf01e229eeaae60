// Writes the documentation that is generated from code; run by `npm run docs`, after a build.
import { writeFileSync } from 'node:fs';
import { renderMarkdown } from '../dist/config/render/markdown.js';

writeFileSync(new URL('../docs/configuration.md', import.meta.url), renderMarkdown());
