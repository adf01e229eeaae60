import { describe, expect, it } from 'vitest';
import { EXAMPLE_FILE } from '../../src/config/render/markdown.js';
import { SETTINGS } from '../../src/config/table/table.js';
import { parse, problemsOf, settingsOf } from './support.js';

const env = { GENAI_EXTPROC_CONFIG: '/f' };
const withFile = (content: string) => ({ env, files: { '/f': content } });

describe('order', () => {
  const files = { '/f': 'otel-service-name: file', '/g': 'otel-service-name: other' };

  it('is flag, environment, file, default', () => {
    const inEnvironment = { ...env, OTEL_SERVICE_NAME: 'environment' };
    const nameOf = (outside: Parameters<typeof settingsOf>[0]) => settingsOf({ files, ...outside }).serviceName;
    expect(nameOf({ env: inEnvironment, argv: ['--otel-service-name', 'flag'] })).toBe('flag');
    expect(nameOf({ env: inEnvironment })).toBe('environment');
    expect(nameOf({ env })).toBe('file');
    expect(nameOf({})).toBe('ai-gateway');
  });

  it('passes over empty values', () => {
    const outside = { env: { ...env, OTEL_SERVICE_NAME: ' ' }, argv: ['--otel-service-name='], files };
    expect(settingsOf(outside).serviceName).toBe('file');
  });

  it('holds for the name of the file too', () => {
    expect(settingsOf({ env, argv: ['--config', '/g'], files }).serviceName).toBe('other');
  });
});

describe('flags', () => {
  it('take their value behind a blank or a "="', () => {
    const { listen, admin } = settingsOf({ argv: ['--listen', '[::1]:1', '--admin=h:2'] });
    expect(listen).toEqual({ kind: 'tcp', host: '::1', port: 1 });
    expect(admin).toEqual({ host: 'h', port: 2 });
  });

  it('take values with a "=" and values with one dash', () => {
    const { resourceAttributes, limits } = settingsOf({
      argv: ['--otel-resource-attributes=a=b', '--message-bytes', '-1', '--'],
    });
    expect(resourceAttributes).toEqual({ a: 'b' });
    expect(limits.messageBytes).toBe(-1);
  });

  it('may be booleans alone, with a value, and repeated: the last wins', () => {
    expect(settingsOf({ argv: ['--aigw-debug'] }).debug).toBe(true);
    expect(settingsOf({ argv: ['--aigw-debug=false'], env: { AIGW_DEBUG: 'true' } }).debug).toBe(false);
    expect(settingsOf({ argv: ['--aigw-debug', '--aigw-debug=false'] }).debug).toBe(false);
    expect(settingsOf({ argv: ['--otel-service-name', 'a', '--otel-service-name', 'b'] }).serviceName).toBe('b');
  });

  it.each([
    [['--lisen', 'x:1'], [{ flag: '--lisen', reason: 'is no flag', remedy: 'did you mean --listen?' }]],
    [['--lisen=x:1'], [{ flag: '--lisen', remedy: 'did you mean --listen?' }]],
    [['--genai-extproc-listen', 'x:1'], [{ remedy: 'did you mean --listen?' }]],
    [['--debug'], [{ flag: '--debug', remedy: 'did you mean --aigw-debug?' }]],
    [['-listen', 'x:1'], [{ flag: '-listen', remedy: 'did you mean --listen?' }]],
    [['--nothing-like-any-of-them'], [{ remedy: '--help lists every flag' }]],
    [['--__proto__'], [{ flag: '--__proto__' }]],
    [['simulated'], [{ value: '"simulated"', reason: 'belongs to no flag' }]],
    [['--aigw-debug', 'false'], [{ value: '"false"', remedy: 'a boolean takes its value so: --aigw-debug=false' }]],
    [['--listen'], [{ setting: 'GENAI_EXTPROC_LISTEN', flag: '--listen', source: 'flag', reason: 'needs a value' }]],
    [
      ['--listen', '--admin', 'nowhere'],
      [
        { setting: 'GENAI_EXTPROC_LISTEN', reason: 'needs a value' },
        { setting: 'GENAI_EXTPROC_ADMIN', value: '"nowhere"' },
      ],
    ],
  ])('%j is refused with its remedy', (argv, expected) => {
    const problems = problemsOf({ argv });
    expect(problems).toHaveLength(expected.length);
    expect(problems).toMatchObject(expected);
  });

  it('exist for every setting', () => {
    for (const name of SETTINGS.keys()) {
      const flag = `--${name.replace('GENAI_EXTPROC_', '').toLowerCase().replaceAll('_', '-')}`;
      const reasons = problemsOf({ argv: [`${flag}=\0`] }).map(({ setting, reason }) => [setting, reason]);
      expect(reasons).not.toContainEqual([undefined, 'is no flag']);
    }
  });
});

describe('the file', () => {
  it('is read as the documentation shows it', () => {
    const settings = settingsOf(withFile(EXAMPLE_FILE));
    expect(settings).toMatchObject({
      listen: { kind: 'unix', path: '/run/genai/extproc.sock' },
      socketMode: 0o660,
      traces: { exporters: ['otlp'] },
      metrics: { exporters: ['otlp', 'prometheus'] },
      headerMapping: { metrics: [{ header: 'agent-session-id' }, { header: 'x-team' }] },
      contentPolicy: { hideInputs: true },
    });
  });

  it.each([
    ['socket-mode: 0640', { socketMode: 0o640 }],
    ['socket-mode: "640"', { socketMode: 0o640 }],
    ['message-bytes: -1', {}],
    ['otel-service-name: null', { serviceName: 'null' }],
    ['otel-service-name:', { serviceName: 'ai-gateway' }],
    ['a: &x 1\n'.replace('a', 'drain-millis'), { drainMillis: 1 }],
    ['', {}],
    ['# nothing but a comment\n', {}],
    ['---\n', {}],
    ['{}', {}],
  ])('takes %j', (content, expected) => {
    expect(settingsOf(withFile(content))).toMatchObject(expected);
  });

  it.each([
    ['lisen: x:1', { value: 'the file "/f"', reason: 'has the unknown key "lisen"', remedy: 'did you mean listen?' }],
    ['genai-extproc-listen: x:1', { remedy: 'did you mean listen?' }],
    ['LISTEN: x:1', { reason: 'has the unknown key "LISTEN"' }],
    ['__proto__: 1', { reason: 'has the unknown key "__proto__"' }],
    ['config: /g', { reason: 'has the key "config"' }],
    ['listen: nowhere', { setting: 'GENAI_EXTPROC_LISTEN', source: 'file', value: '"nowhere"' }],
    ['listen: { host: x }', { setting: 'GENAI_EXTPROC_LISTEN', source: 'file', reason: 'is not a single text' }],
    ['listen: [x:1]', { setting: 'GENAI_EXTPROC_LISTEN', reason: 'is not a single text' }],
    ['otel-propagators: [[b3]]', { setting: 'OTEL_PROPAGATORS', reason: 'is neither a text nor a list of texts' }],
    ['otel-propagators: { b3: yes }', { setting: 'OTEL_PROPAGATORS' }],
    ['listen: x:1\nlisten: y:1', { reason: 'is not readable as YAML at line 2: duplicate key' }],
    ['listen: "x', { reason: expect.stringContaining('is not readable as YAML at line 1') }],
    ['- listen', { reason: 'holds no mapping' }],
    ['just text', { reason: 'holds no mapping' }],
    ['listen: x:1\n---\nadmin: y:1', { reason: expect.stringContaining('is not readable as YAML') }],
    ['listen: *nothing', { setting: 'GENAI_EXTPROC_LISTEN' }],
  ])('with %j is refused', (content, expected) => {
    const problems = problemsOf(withFile(content));
    expect(problems[0]).toMatchObject(expected);
    expect(problems).toHaveLength(1);
  });

  it('that cannot be read is refused by name and reason', () => {
    expect(problemsOf({ env })).toMatchObject([
      { setting: 'GENAI_EXTPROC_CONFIG', source: 'environment', value: '"/f"', reason: 'cannot be read (ENOENT)' },
    ]);
  });
});

describe('unknown variables', () => {
  const warningsOf = (unknown: Record<string, string>) => parse({ env: unknown }).warnings;

  it('with our prefix give a warning with the nearest name, never an error', () => {
    expect(parse({ env: { GENAI_EXTPROC_LISTENS: 'x' } }).ok).toBe(true);
    expect(warningsOf({ GENAI_EXTPROC_LISTENS: 'x', GENAI_EXTPROC_WHATEVER_THIS_IS: '' })).toEqual([
      'GENAI_EXTPROC_LISTENS is no setting and is ignored; did you mean GENAI_EXTPROC_LISTEN?',
      'GENAI_EXTPROC_WHATEVER_THIS_IS is no setting and is ignored',
    ]);
  });

  it('without our prefix are none of our business', () => {
    expect(warningsOf({ PATH: '/bin', OTEL_SOMETHING: 'x', AIGW_X: 'y' })).toEqual([]);
  });

  it('that Kubernetes injects share one warning', () => {
    const warnings = warningsOf({
      GENAI_EXTPROC_SERVICE_HOST: '10.0.0.1',
      GENAI_EXTPROC_SERVICE_PORT: '1063',
      GENAI_EXTPROC_SERVICE_PORT_GRPC: '1063',
      GENAI_EXTPROC_PORT: 'tcp://10.0.0.1:1063',
      GENAI_EXTPROC_PORT_1063_TCP: 'tcp://10.0.0.1:1063',
      GENAI_EXTPROC_PORT_1063_TCP_ADDR: '10.0.0.1',
    });
    expect(warnings).toEqual([
      'GENAI_EXTPROC_SERVICE_HOST (and 5 more) is no setting and is ignored; it looks like a Kubernetes service link',
    ]);
  });
});
