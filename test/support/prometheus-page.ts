/** One sample line of a page in the Prometheus text format. */
export interface MetricSample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** The samples of a page, comments left out. Throws on a line that is no sample. */
export function parsePrometheus(page: string): MetricSample[] {
  return page
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
      if (!match) throw new Error(`no sample: ${line}`);
      return { name: match[1] as string, labels: parseLabels(match[2] ?? ''), value: Number(match[3]) };
    });
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
    labels[name as string] = (value as string).replace(/\\(.)/g, (_all, escaped) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

/** The sum of a metric's samples whose labels contain the given ones; 0 when there are none. */
export function sumOf(samples: readonly MetricSample[], name: string, labels: Record<string, string> = {}): number {
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, sample) => sum + sample.value, 0);
}
