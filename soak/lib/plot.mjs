const WIDTH = 960;
const LEFT = 70;
const RIGHT = 20;
const TOP = 46;
const PANEL = 150;
const GAP = 46;

/**
 * A picture of several panels that share the time axis.
 * @param {{ title: string, warmUpMinutes: number, panels: readonly { title: string, unit: string, lines: readonly { name: string, color: string,
 *   points: readonly { x: number, y: number }[] }[] }[] }} contents x in minutes
 * @returns {string} SVG
 */
export function plot({ title, warmUpMinutes, panels }) {
  const last = Math.max(...panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(({ x }) => x))));
  const height = TOP + panels.length * (PANEL + GAP);
  const scaleX = (x) => LEFT + (x / last) * (WIDTH - LEFT - RIGHT);
  const parts = panels.map((panel, index) =>
    drawPanel(panel, TOP + index * (PANEL + GAP), scaleX, last, warmUpMinutes),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#333">
<title>${escaped(title)}</title>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="${LEFT}" y="22" font-size="15" font-weight="bold">${escaped(title)}</text>
${parts.join('\n')}
<text x="${WIDTH - RIGHT}" y="${height - 8}" text-anchor="end">minutes</text>
</svg>
`;
}

function drawPanel({ title, unit, lines }, y, scaleX, last, warmUpMinutes) {
  const top = niceAbove(Math.max(...lines.flatMap(({ points }) => points.map((point) => point.y)), 1));
  const scaleY = (value) => y + PANEL - (value / top) * PANEL;
  const right = scaleX(last);
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map((part) => part * top);
  const grid = ticks.map(
    (tick) =>
      `<line x1="${LEFT}" x2="${right}" y1="${fixed(scaleY(tick))}" y2="${fixed(scaleY(tick))}" stroke="#ddd"/><text x="${LEFT - 6}" y="${fixed(scaleY(tick) + 4)}" text-anchor="end">${format(tick)}</text>`,
  );
  const step = niceAbove(last / 10);
  const minutes = Array.from({ length: Math.floor(last / step) + 1 }, (_, index) => index * step);
  const labels = minutes.map(
    (minute) =>
      `<text x="${fixed(scaleX(minute))}" y="${y + PANEL + 16}" text-anchor="middle">${format(minute)}</text>`,
  );
  const warmUp = `<rect x="${LEFT}" y="${y}" width="${fixed(scaleX(warmUpMinutes) - LEFT)}" height="${PANEL}" fill="#f2f2f2"/>`;
  const drawn = lines.map(
    ({ color, points }) =>
      `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${points.map((point) => `${fixed(scaleX(point.x))},${fixed(scaleY(point.y))}`).join(' ')}"/>`,
  );
  let x = right;
  const legend = (lines.length === 1 ? [] : lines.toReversed()).map(({ name, color }) => {
    const width = name.length * 7 + 36;
    x -= width;
    return `<line x1="${x}" x2="${x + 16}" y1="${y - 10}" y2="${y - 10}" stroke="${color}" stroke-width="3"/><text x="${x + 20}" y="${y - 6}">${escaped(name)}</text>`;
  });
  return [
    warmUp,
    `<text x="${LEFT}" y="${y - 6}">${escaped(title)} (${escaped(unit)})</text>`,
    ...legend,
    ...grid,
    ...labels,
    ...drawn,
  ].join('\n');
}

/** The next of 1, 2, 2.5, 5, 10, … at or above a positive number. */
function niceAbove(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= value - 1e-9) ?? 10) * power;
}

function format(value) {
  return String(Math.round(value * 100) / 100);
}

function fixed(value) {
  return value.toFixed(1);
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
