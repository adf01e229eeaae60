import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { flagOf } from '../../src/config/setting.js';
import { LIMIT_SECTION } from '../../src/config/table/limits.js';
import { SECTIONS, SETTINGS } from '../../src/config/table/table.js';
import { SETTING_CASES } from './setting-cases.js';
import { PEM, parse, settingsOf } from './support.js';

const files = {
  '/readable.pem': PEM,
  '/other.pem': PEM,
  '/etc/prices.yml': 'providers: []',
  '/settings.yaml': 'content-bytes: 1',
};

/** What a setting may need around it to matter at all. */
const CONTEXTS: Record<string, string>[] = [
  {},
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
  // beside the port of a second worker
  { GENAI_EXTPROC_ADMIN: '127.0.0.1:2064' },
  { GENAI_EXTPROC_TLS_CERTIFICATE: '/other.pem', GENAI_EXTPROC_TLS_KEY: '/other.pem' },
];

const named = [...SETTINGS.entries()];

describe('the table of settings', () => {
  it('is the sum of its sections, each setting once', () => {
    const inSections = SECTIONS.flatMap(({ settings }) => Object.keys(settings));
    expect(inSections).toEqual([...SETTINGS.keys()]);
    expect(new Set(inSections.map(flagOf)).size).toBe(inSections.length);
  });

  it.each(named)('%s has a name that Kubernetes does not inject', (name) => {
    if (name.startsWith('GENAI_EXTPROC_')) expect(name).not.toMatch(/_PORT$|_SERVICE_/);
    expect(name).toMatch(/^(GENAI_EXTPROC|OTEL|OPENINFERENCE|AIGW|AI_GATEWAY)_[A-Z0-9_]+$/);
  });

  it.each(named)('%s has a default that it takes itself, or says what happens without', (_, setting) => {
    if (setting.default === undefined) expect(setting.otherwise).toBeTruthy();
    else expect(setting.kind.schema.safeParse(setting.default).success).toBe(true);
  });

  it.each(named)('%s explains itself in sentences', (_, setting) => {
    expect(setting.help).toMatch(/^[A-Z].*\.$/);
    if (setting.reason) expect(setting.reason).toMatch(/^[A-Z].*\.$/);
  });

  it('gives a unit and a reason for every limit, and has all of them', () => {
    for (const setting of Object.values(LIMIT_SECTION.settings)) {
      expect(setting.unit).toBeTruthy();
      expect(setting.reason).toBeTruthy();
    }
    expect(Object.keys(LIMIT_SECTION.settings)).toHaveLength(Object.keys(settingsOf({}).limits).length);
  });

  it.each(Object.entries(SETTING_CASES))('%s makes a difference to the settings', (name, { valid }) => {
    const makesDifference = CONTEXTS.some((context) =>
      valid.some(([text]) => {
        const parsed = parse({ env: { ...context, [name]: text }, files });
        return parsed.ok && !isDeepStrictEqual(parsed.settings, settingsOf({ env: context, files }));
      }),
    );
    expect(makesDifference).toBe(true);
  });
});
