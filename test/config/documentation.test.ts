import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderHelp } from '../../src/config/render/help.js';
import { renderMarkdown } from '../../src/config/render/markdown.js';
import { flagOf } from '../../src/config/setting.js';
import { SETTINGS } from '../../src/config/table/table.js';

describe('docs/configuration.md', () => {
  it('is what the table of settings says; `npm run docs` writes it', () => {
    expect(readFileSync('docs/configuration.md', 'utf8')).toBe(renderMarkdown());
  });

  it('has a row of four cells for every setting', () => {
    const rows = renderMarkdown().split('\n');
    for (const name of SETTINGS.keys()) {
      const row = rows.find((line) => line.startsWith(`| \`${name}\`<br>\`${flagOf(name)}\` |`));
      expect(row?.replaceAll('\\|', '').match(/\|/g)).toHaveLength(5);
    }
  });
});

describe('the help', () => {
  const lines = renderHelp().split('\n');

  it('has every flag with its variable', () => {
    for (const name of SETTINGS.keys()) {
      expect(lines.some((line) => line.startsWith(`  ${flagOf(name)}`))).toBe(true);
      expect(lines).toContain(`      Environment: ${name}`);
    }
  });

  it('fits 100 columns', () => {
    expect(lines.filter((line) => line.length > 100 || line !== line.trimEnd())).toEqual([]);
  });
});
