import type { Meter, Observable } from '@opentelemetry/api';
import { COUNTER_NAMES, type CounterName, type Counters } from '../util/counters.js';
import { GAUGES, type GaugeName } from '../util/gauges.js';
import { PACKAGE } from '../util/package-info.js';

/** What the names of the sidecar's metrics of itself begin with. */
const PREFIX = 'genai_extproc';

/** Publishes the counters, the gauges and the build info; they are read when somebody collects, and cost nothing before. */
export function publishSelfMetrics(meter: Meter, counters: Counters): void {
  const observables = new Map<Observable, CounterName>();
  for (const name of Object.keys(COUNTER_NAMES) as CounterName[]) {
    const counter = meter.createObservableCounter(`${PREFIX}.${name}`, { description: COUNTER_NAMES[name] });
    observables.set(counter, name);
  }
  meter.addBatchObservableCallback(
    (result) => {
      for (const [observable, name] of observables) result.observe(observable, counters.values[name]);
    },
    [...observables.keys()],
  );

  for (const name of Object.keys(GAUGES) as GaugeName[]) {
    const { help, unit } = GAUGES[name];
    // the SDK's own gauges keep the value of the latest wall time: after a step back of the clock they would stand still until it is over
    meter
      .createObservableUpDownCounter(`${PREFIX}.${name}`, { description: help, unit })
      .addCallback((result) => result.observe(counters.gauges[name]));
  }

  const build = { version: PACKAGE.version, 'node.version': process.versions.node };
  meter
    .createObservableGauge(`${PREFIX}.build.info`, { description: 'always 1; the attributes say what runs' })
    .addCallback((result) => result.observe(1, build));
}
