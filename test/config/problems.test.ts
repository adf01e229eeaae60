import { describe, expect, it } from 'vitest';
import { formatProblems } from '../../src/config/problem.js';
import { SETTINGS } from '../../src/config/table/table.js';
import { problemsOf } from './support.js';

describe('problems', () => {
  it('are listed all at once, whatever they come from', () => {
    const problems = problemsOf({
      argv: ['--admin', 'nowhere', '--lisen=x:1', 'stray'],
      env: {
        GENAI_EXTPROC_CONFIG: '/f',
        OPENINFERENCE_HIDE_INPUTS: 'ture',
        OTEL_TRACES_EXPORTER: 'otlp,jaegr',
        OTEL_EXPORTER_OTLP_HEADERS: 'top-secret',
        OTEL_AIGW_LOG_REQUEST_HEADER_ATTRIBUTES: 'a:b,c',
      },
      files: { '/f': 'content-bytes: many\nunknown-thing: 1\n' },
    });
    expect(formatProblems(problems)).toMatchInlineSnapshot(`
      "The settings cannot be used, 9 problems:
        --lisen: is no flag
            did you mean --listen?
        "stray" belongs to no flag
            --help lists every flag
        the file "/f" has the unknown key "unknown-thing"
            a key is a flag without its dashes; --help lists every flag
        GENAI_EXTPROC_ADMIN (--admin), from its flag: "nowhere" has no port
            allowed: host:port or [IPv6]:port, port 0 to 65535
        OTEL_AIGW_LOG_REQUEST_HEADER_ATTRIBUTES (--otel-aigw-log-request-header-attributes), from the environment: "a:b,c" has no ":" in the pair at position 2
            allowed: header:attribute[,header:attribute…], each header once; empty to clear the default
        OPENINFERENCE_HIDE_INPUTS (--openinference-hide-inputs), from the environment: "ture" is not allowed
            allowed: true or false (also t, f, 1, 0; any case)
        OTEL_TRACES_EXPORTER (--otel-traces-exporter), from the environment: "otlp,jaegr" has the unknown member "jaegr"
            allowed: a comma-separated list of otlp, console, none
        OTEL_EXPORTER_OTLP_HEADERS (--otel-exporter-otlp-headers), from the environment: the value (not shown) has no = in pair 1
            allowed: key=value[,key=value…], percent-encoded where needed
        GENAI_EXTPROC_CONTENT_BYTES (--content-bytes), from the file: "many" is not allowed
            allowed: a whole number from 0 to 1073741824
      "
    `);
  });

  it('speak in the singular of one', () => {
    expect(formatProblems(problemsOf({ env: { AIGW_DEBUG: 'yes' } }))).toMatchInlineSnapshot(`
      "The settings cannot be used:
        AIGW_DEBUG (--aigw-debug), from the environment: "yes" is not allowed
            allowed: true or false (also t, f, 1, 0; any case)
      "
    `);
  });

  it('between settings come with those of single settings', () => {
    const problems = problemsOf({
      env: {
        GENAI_EXTPROC_LISTEN: '127.0.0.1:1064',
        GENAI_EXTPROC_SPAN_QUEUE_BYTES: '1000',
        GENAI_EXTPROC_SPAN_BATCH_BYTES: '1001',
        GENAI_EXTPROC_LOG_QUEUE_BYTES: '2000',
        GENAI_EXTPROC_LOG_BATCH_BYTES: '2001',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4317',
        AIGW_DEBUG: 'yes',
      },
    });
    expect(problems.map(({ setting }) => setting)).toEqual([
      'AIGW_DEBUG',
      'GENAI_EXTPROC_LISTEN',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'GENAI_EXTPROC_SPAN_BATCH_BYTES',
      'GENAI_EXTPROC_LOG_BATCH_BYTES',
    ]);
  });

  it('do not judge a combination with a default that stands in for a refused value', () => {
    const env = { GENAI_EXTPROC_LISTEN: 'nowhere', GENAI_EXTPROC_ADMIN: '127.0.0.1:1063' };
    expect(problemsOf({ env }).map(({ setting }) => setting)).toEqual(['GENAI_EXTPROC_LISTEN']);
    const endpoint = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4317' };
    expect(problemsOf({ env: endpoint }).map(({ setting }) => setting)).toEqual(['OTEL_EXPORTER_OTLP_PROTOCOL']);
  });

  it('accept the same port twice where the system chooses it, or where the hosts differ', () => {
    const both = (listen: string, admin: string) => ({
      env: { GENAI_EXTPROC_LISTEN: listen, GENAI_EXTPROC_ADMIN: admin },
    });
    expect(problemsOf(both('127.0.0.1:0', '127.0.0.1:0'))).toEqual([]);
    expect(problemsOf(both('127.0.0.1:5000', '[::1]:5000'))).toEqual([]);
    expect(problemsOf(both('127.0.0.1:5000', '127.0.0.1:5000'))).toHaveLength(1);
  });
});

describe('the addresses of several workers', () => {
  const told = (listen: string, workers: number, admin: string) =>
    problemsOf({ argv: [`--listen=${listen}`, `--workers=${workers}`, `--admin=${admin}`] }).map(
      ({ setting, value, reason, remedy }) => ({ setting, value, reason, remedy }),
    );

  it.each(['127.0.0.1:5000', '127.0.0.1:5001', '127.0.0.1:5002', '0.0.0.0:5001', '[::]:5001'])(
    'may not be the admin address %s',
    (admin) => {
      expect(told('127.0.0.1:5000', 3, admin)).toEqual([
        {
          setting: 'GENAI_EXTPROC_ADMIN',
          value: `"${admin}"`,
          reason: `has its port ${admin.slice(-4)} among the ports 5000 to 5002 of 3 workers`,
          remedy: 'choose one that is not one of them, such as 5003',
        },
      ]);
    },
  );

  it('may not be the admin address that nobody has given either', () => {
    const problems = problemsOf({ argv: ['--workers=2'] });
    expect(formatProblems(problems)).toMatchInlineSnapshot(`
      "The settings cannot be used:
        GENAI_EXTPROC_ADMIN (--admin): has its port 1064 among the ports 1063 to 1064 of 2 workers
            choose one that is not one of them, such as 1065
      "
    `);
  });

  it('may be beside it, on another host, on free ports, or sockets', () => {
    expect(told('127.0.0.1:5000', 3, '127.0.0.1:5003')).toEqual([]);
    expect(told('127.0.0.1:5000', 3, '127.0.0.1:4999')).toEqual([]);
    expect(told('127.0.0.1:5000', 3, '[::1]:5001')).toEqual([]);
    expect(told('127.0.0.1:0', 3, '127.0.0.1:0')).toEqual([]);
    expect(told('unix:///run/ext.sock', 3, '127.0.0.1:5000')).toEqual([]);
  });

  it('end at port 65535', () => {
    expect(told('127.0.0.1:65533', 3, '127.0.0.1:1')).toEqual([]);
    expect(told('127.0.0.1:65534', 3, '127.0.0.1:1')).toEqual([
      {
        setting: 'GENAI_EXTPROC_LISTEN',
        value: '"127.0.0.1:65534"',
        reason: 'makes ports 65534 to 65536 of 3 workers',
        remedy: 'begin at port 65533 at most, or take fewer workers (GENAI_EXTPROC_WORKERS)',
      },
    ]);
  });

  it('fit into what a unix socket takes', () => {
    const path = `/${'s'.repeat(104)}`;
    expect(told(`unix://${path}`, 10, '127.0.0.1:1')).toEqual([]);
    expect(told(`unix://${path}`, 11, '127.0.0.1:1')).toMatchObject([{ setting: 'GENAI_EXTPROC_LISTEN' }]);
    expect(told(`unix://${path}ss`, 1, '127.0.0.1:1')).toEqual([]);
  });
});

describe('credentials', () => {
  const secret = 'hunter2';
  const sensitive = [...SETTINGS.keys()].filter((name) => /^OTEL_.*_HEADERS$/.test(name));

  it('have at least the four headers settings to hide', () => {
    expect(sensitive).toHaveLength(4);
  });

  it.each([
    ...sensitive.map((name) => ({ env: { [name]: secret } })),
    ...sensitive.map((name) => ({ env: { [name]: `a=${secret}%` } })),
    ...sensitive.map((name) => ({ env: { [name]: `a=1,${secret} x=2` } })),
    { argv: ['--otel-exporter-otlp-headers', 'authorization=Bearer', secret] },
    { argv: [`--otel-exporter-otlp-header=api-key=${secret}`] },
    { argv: ['--otel-exporter-otlp-header', secret] },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: `ftp://user:${secret}@host` } },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: `ftp://host/path?key=${secret}` } },
    { env: { GENAI_EXTPROC_UPSTREAM: `https://user:${secret}@:bad` } },
    { env: { GENAI_EXTPROC_UPSTREAM: `https://user:${secret}/${secret}?${secret}@host:bad` } },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: `user:${secret}@host:4317` } },
    {
      env: { GENAI_EXTPROC_CONFIG: '/f' },
      files: { '/f': `otel-exporter-otlp-headers: "a=${secret}\nlisten: x` },
    },
    { env: { GENAI_EXTPROC_CONFIG: '/f' }, files: { '/f': `otel-exporter-otlp-headers: ${secret}` } },
    { env: { GENAI_EXTPROC_CONFIG: '/f' }, files: { '/f': `otel-exporter-otlp-headers: { a: ${secret} }` } },
    { env: { GENAI_EXTPROC_CONFIG: '/f' }, files: { '/f': `otel-exporter-otlp-headers: *${secret}` } },
  ])('are not in what is said about %j', (outside) => {
    const problems = problemsOf(outside);
    expect(problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(problems) + formatProblems(problems)).not.toContain(secret);
  });
});

describe('values on the screen', () => {
  it('are short and without control characters', () => {
    const value = `\u001b[31m\u009b${'x'.repeat(10_000)}`;
    const text = formatProblems(problemsOf({ env: { GENAI_EXTPROC_ADMIN: value }, argv: [`--${value}`] }));
    expect(text.length).toBeLessThan(1000);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('have a bounded number of reasons', () => {
    const problems = problemsOf({ env: { OTEL_AIGW_LOG_REQUEST_HEADER_ATTRIBUTES: ','.repeat(1000) } });
    expect(problems).toHaveLength(50);
    expect(problems[49]).toMatchObject({ reason: 'has an empty pair at position 50' });
  });
});
