/**
 * A straight line through points by least squares: its slope and the half width of the slope's 95 % confidence interval (Student's t).
 * `undefined` for fewer than three points, or when all have one x.
 * @param {readonly { x: number, y: number }[]} points
 * @returns {{ slope: number, intercept: number, margin: number } | undefined}
 */
export function fitLine(points) {
  const count = points.length;
  if (count < 3) return undefined;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / count;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / count;
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (spread === 0) return undefined;
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const intercept = meanY - slope * meanX;
  const residual = points.reduce((sum, { x, y }) => sum + (y - intercept - slope * x) ** 2, 0);
  const error = Math.sqrt(residual / (count - 2) / spread);
  return { slope, intercept, margin: studentT(count - 2) * error };
}

/** Student's t for 95 % on both sides, by degrees of freedom: a table for few, an expansion that is good to 0.1 % beyond. */
const T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

function studentT(freedom) {
  return T[freedom - 1] ?? 1.96 + 2.3722 / freedom + 2.8225 / freedom ** 2;
}
