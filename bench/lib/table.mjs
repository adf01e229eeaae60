/**
 * A Markdown table whose columns line up, so that it reads as well in a terminal. `align` has one of `l` and `r` for each column.
 */
export function table(header, rows, align) {
  const cells = [header, ...rows].map((row) =>
    row.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')),
  );
  const widths = header.map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const pad = (cell, column) => (align[column] === 'r' ? cell.padStart(widths[column]) : cell.padEnd(widths[column]));
  const line = (row) => `| ${row.map(pad).join(' | ')} |`;
  const rule = widths.map((width, column) => (align[column] === 'r' ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(cells[0]), `| ${rule.join(' | ')} |`, ...cells.slice(1).map(line)].join('\n');
}

/** A number with about three digits that count: `0.123`, `1.23`, `12.3`, `1,234`. */
export function number(value) {
  if (value === undefined) return '–';
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** A median with its spread over rounds: `1.23 (1.1–1.4)`. */
export function spread(value, unit = '') {
  if (value === undefined) return '–';
  return `${number(value.median)}${unit} (${number(value.min)}–${number(value.max)})`;
}
