import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stage, startStage } from '../envoy/support/stage.js';
import { eventually } from '../support/eventually.js';
import type { DecodedSpan } from '../support/otlp-decode.js';
import { ORACLE_CASES } from './cases/oracle-cases.js';
import { type ComparedSpan, type Comparison, compareSpans } from './compare.js';
import { type FamilyOutcome, renderConformance, renderDeclared } from './conformance-page.js';
import { covers, DECLARED_DIFFERENCES, type DeclaredDifference, partsOf } from './declared-differences.js';
import { answerBytes, type Family } from './oracle-case.js';

const MARK = 'oracle.call';
const PAGE = new URL('../../docs/conformance.md', import.meta.url);
const DRIVER = fileURLToPath(new URL('drive.py', import.meta.url));

interface Driven {
  versions: Record<string, string>;
  calls: { error: string | null; spans: ComparedSpan[] }[];
}

let stage: Stage;
let driven: Driven;
let scripts: string[];
/** By case; absent where there is none. */
const comparisons: Comparison[] = [];

beforeAll(async () => {
  stage = await startStage({}, { OTEL_AIGW_SPAN_REQUEST_HEADER_ATTRIBUTES: `x-script:${MARK}` });
  scripts = ORACLE_CASES.map(({ answer }) => stage.upstream.script((exchange) => exchange.write(answerBytes(answer))));
  const folder = await mkdtemp(join(tmpdir(), 'genai-extproc-oracle-'));
  try {
    const [source, target] = [join(folder, 'calls.json'), join(folder, 'spans.json')];
    const calls = ORACLE_CASES.map(({ client, method, parameters }, index) => ({
      script: scripts[index],
      client,
      method,
      parameters,
    }));
    await writeFile(source, JSON.stringify({ gateway: `http://127.0.0.1:${stage.port()}`, calls }));
    const env = { PATH: process.env['PATH'], PYTHONPATH: process.env['ORACLE_PACKAGES'] };
    await promisify(execFile)('python3', [DRIVER, source, target], { env, timeout: 120_000 });
    driven = JSON.parse(await readFile(target, 'utf8')) as Driven;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);

afterAll(() => stage?.close());

/** The comparison of one case; a call that only one of the two recorded has no comparison. */
async function compareCall(index: number): Promise<Comparison> {
  const { error, spans } = driven.calls[index]!;
  const [official] = spans;
  if (!official || spans.length !== 1) throw new Error(`the client recorded ${spans.length} spans, and said: ${error}`);
  const ours = await eventually(
    () => stage.sink.spans().find((span: DecodedSpan) => span.attributes[MARK] === scripts[index]),
    () => `the sidecar recorded no span; the client said: ${error}`,
  );
  const { [MARK]: _mark, ...attributes } = ours.attributes;
  return compareSpans(official, { ...ours, attributes });
}

const undeclared = (index: number) =>
  comparisons[index]!.differences.filter(
    (difference) => !DECLARED_DIFFERENCES.some((declared) => covers(declared, difference, ORACLE_CASES[index]!)),
  );

test.each(ORACLE_CASES.map(({ family, name }, index) => ({ title: `${family}: ${name}`, index })))(
  '$title',
  async ({ index }) => {
    comparisons[index] = await compareCall(index);
    expect(undeclared(index)).toEqual([]);
  },
);

test.each(DECLARED_DIFFERENCES.map((declared) => ({ declared, title: renderDeclared(declared) })))(
  'still there: $title',
  ({ declared }) => {
    const occurs = (part: DeclaredDifference) =>
      ORACLE_CASES.some((oracleCase, index) =>
        comparisons[index]?.differences.some((difference) => covers(part, difference, oracleCase)),
      );
    // each attribute, each kind of call and each case of a declaration must earn its place
    expect(
      partsOf(declared)
        .filter((part) => !occurs(part))
        .map(renderDeclared),
    ).toEqual([]);
  },
);

test('Envoy and the sidecar had no trouble', () => stage.expectNoTrouble());

test('docs/conformance.md', async () => {
  expect(comparisons.filter(Boolean)).toHaveLength(ORACLE_CASES.length);
  const families = new Map<Family, FamilyOutcome>();
  ORACLE_CASES.forEach(({ family }, index) => {
    const sum = families.get(family) ?? { cases: 0, equal: 0, differences: 0 };
    const { equal, differences } = comparisons[index]!;
    families.set(family, {
      cases: sum.cases + 1,
      equal: sum.equal + equal,
      differences: sum.differences + differences.length,
    });
  });
  await writeFile(PAGE, renderConformance({ versions: driven.versions, families }));
});
