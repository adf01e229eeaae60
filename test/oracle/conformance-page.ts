import { DECLARED_DIFFERENCES, type DeclaredDifference } from './declared-differences.js';
import type { Family, OracleCase } from './oracle-case.js';

/** What a run found for one family. */
export interface FamilyOutcome {
  cases: number;
  equal: number;
  differences: number;
}

/** What a run found. */
export interface ConformanceOutcome {
  /** Package → version. */
  versions: Record<string, string>;
  families: ReadonlyMap<Family, FamilyOutcome>;
}

const SIDES = { official: 'the official one', ours: 'ours', both: 'both, unlike' };

/** docs/conformance.md of a run. */
export function renderConformance({ versions, families }: ConformanceOutcome): string {
  const rows = [...families].map(
    ([family, { cases, equal, differences }]) => `| ${family} | ${cases} | ${equal} | ${differences} |`,
  );
  return `# Conformance

Our OpenInference spans beside those of the official Python instrumentations. \`npm run test:oracle\` calls through a real Envoy with the official, instrumented clients, compares the two spans of each call attribute by attribute, and writes this page; it fails on a difference that is not listed here, and on a listed one that no longer occurs.

Compared are all attributes, the status, and type and message of exceptions. Names of spans, scopes, times and ids are not. JSON texts are compared as JSON, and in \`output.value\` and tools a null that the client's own types wrote counts as nothing. A token count that the provider reported as 0 is recorded by us; that the official Anthropic instrumentation leaves some of them out is not listed.

## Compared with

${versionLines(versions).join('\n')}

## Outcome

| calls | cases | facts alike | differences |
|---|---|---|---|
${rows.join('\n')}

## Every difference

| calls | attribute | who has it | why |
|---|---|---|---|
${DECLARED_DIFFERENCES.map(renderDeclared).join('\n')}
`;
}

/** One declared difference as the page's row. */
export function renderDeclared({ families, keys, side, cases, reason }: DeclaredDifference): string {
  const where = cases ? ` (${cases.map((name) => `“${name}”`).join(', ')})` : '';
  return `| ${families.join(', ')}${where} | ${keys.map((key) => `\`${key}\``).join(', ')} | ${SIDES[side]} | ${reason} |`;
}

/** The versions as the page lists them. */
export function versionLines(versions: Record<string, string>): string[] {
  return Object.entries(versions).map(([name, version]) => `- \`${name}\` ${version}`);
}

/** How many cases each family has. */
export function countCases(cases: readonly OracleCase[]): Map<Family, number> {
  const counts = new Map<Family, number>();
  for (const { family } of cases) counts.set(family, (counts.get(family) ?? 0) + 1);
  return counts;
}
