/**
 * Replaces what stands between `<!-- NAME: … -->` and `<!-- /NAME -->` in a Markdown text.
 * @param {string} markdown
 * @param {string} name
 * @param {string} block without a newline at its end
 * @returns {string} throws when the markers are missing
 */
export function replaceBlock(markdown, name, block) {
  const pattern = new RegExp(`(<!-- ${name}:[^>]*-->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!pattern.test(markdown)) throw new Error(`the text has no block "${name}"`);
  return markdown.replace(pattern, (_all, begin, end) => `${begin}${block}\n${end}`);
}

/**
 * The table of counters for docs/errors.md.
 * @param {Record<string, string>} names counter name → what it counts
 * @returns {string}
 */
export function renderCounters(names) {
  return Object.entries(names)
    .map(([name, meaning]) => `| \`${name}\` | ${meaning} |`)
    .join('\n');
}

/**
 * The table of endpoints for README.md.
 * @param {readonly { suffixes: readonly string[], traits: { operation: string, spanName: string, spanKind: string } }[]} endpoints
 * @returns {string}
 */
export function renderEndpoints(endpoints) {
  return endpoints
    .map(({ suffixes, traits }) => {
      const paths = suffixes.map((suffix) => `\`${suffix}\``).join(', ');
      return `| ${paths} | \`${traits.operation}\` | \`${traits.spanName}\` (${traits.spanKind}) |`;
    })
    .join('\n');
}
