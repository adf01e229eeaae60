// Over 400 lines because it is one table: a row for each setting, and splitting it would hide a missing one.
import type { SettingName } from '../../src/config/table/table.js';

/** Texts that one setting takes, each with its value, and texts that it refuses. */
export interface SettingCases {
  valid: readonly (readonly [text: string, value: unknown])[];
  invalid: readonly string[];
}

const LONG_PATH = `/${'s'.repeat(107)}`;

const boolean: SettingCases = {
  valid: [
    ['true', true],
    ['TRUE', true],
    ['True', true],
    ['t', true],
    ['1', true],
    ['false', false],
    ['False', false],
    ['F', false],
    ['0', false],
    [' true ', true],
  ],
  invalid: ['yes', 'no', 'on', 'off', 'ture', 'truee', '2', '-1', 'null', 'true,false'],
};

const wholeNumber = (min: number, max?: number): SettingCases => ({
  valid: [[String(min), min], ['1234', 1234], [' 1234 ', 1234], ...(max ? [[String(max), max] as const] : [])],
  invalid: [
    String(min - 1),
    '1.5',
    '1e3',
    '0x10',
    '1_000',
    '1,000',
    'many',
    '12ms',
    '+5',
    'NaN',
    'Infinity',
    '9007199254740993',
    '99999999999999999999',
    ...(max ? [String(max + 1)] : []),
  ],
});
const MAX_MILLIS = 2 ** 31 - 1;

const hostPort: SettingCases = {
  valid: [
    ['127.0.0.1:9', { host: '127.0.0.1', port: 9 }],
    ['0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
    ['localhost:65535', { host: 'localhost', port: 65535 }],
    ['side-car.default.svc:80', { host: 'side-car.default.svc', port: 80 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['[::]:80', { host: '::', port: 80 }],
  ],
  invalid: [
    'localhost',
    'localhost:',
    'localhost:http',
    'localhost:65536',
    'localhost:-1',
    ':80',
    '80',
    '::1:80',
    '[::1]',
    '[localhost]:80',
    '[127.0.0.1]:80',
    '256.0.0.1:80',
    '1.2.3:80',
    'http://localhost:80',
    'local host:80',
    '-host:80',
    'host/path:80',
  ],
};

const mapping: SettingCases = {
  valid: [
    ['', []],
    ['a:b', [{ header: 'a', attribute: 'b' }]],
    [
      ' X-Team : team , x-user:user.id ',
      [
        { header: 'x-team', attribute: 'team' },
        { header: 'x-user', attribute: 'user.id' },
      ],
    ],
    ['a:b:c', [{ header: 'a', attribute: 'b:c' }]],
    [
      'a:same,b:same',
      [
        { header: 'a', attribute: 'same' },
        { header: 'b', attribute: 'same' },
      ],
    ],
  ],
  invalid: ['a', 'a:', ':b', ':', ',', ' ', 'a:b,', ',a:b', 'a:b,,c:d', 'a:b,A:c', 'a=b', 'a: ', ' :b'],
};

const endpoint: SettingCases = {
  valid: [
    ['http://h:1/p', { kind: 'url', url: new URL('http://h:1/p') }],
    ['HTTPS://h', { kind: 'url', url: new URL('https://h') }],
    ['h:4317', { kind: 'target', target: { host: 'h', port: 4317 } }],
    ['[::1]:4317', { kind: 'target', target: { host: '::1', port: 4317 } }],
  ],
  invalid: ['h', 'ftp://h:1', 'http://', 'http:///p', 'http:/h', 'unix:///x', 'h:99999', '//h:1', 'http://h:x', 'true'],
};

const protocol: SettingCases = {
  valid: [
    ['grpc', 'grpc'],
    ['GRPC', 'grpc'],
    ['http/protobuf', 'http/protobuf'],
    ['HTTP/Protobuf', 'http/protobuf'],
  ],
  invalid: ['http/json', 'HTTP/JSON', 'http', 'protobuf', 'grpc,http/protobuf'],
};

const compression: SettingCases = {
  valid: [
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['none', 'none'],
  ],
  invalid: ['deflate', 'gzip,none', 'true', 'zstd'],
};

const headers: SettingCases = {
  valid: [
    ['api-key=secret', { 'api-key': 'secret' }],
    ['Authorization=Bearer%20a%3Db,x=1', { authorization: 'Bearer a=b', x: '1' }],
    ['authorization=Basic dXNlcjpwYXNz==', { authorization: 'Basic dXNlcjpwYXNz==' }],
    [' a = 1 , b = 2 ,', { a: '1', b: '2' }],
    ['a=', { a: '' }],
    ['a=1,A=2', { a: '2' }],
  ],
  invalid: ['secret', '=secret', 'a=%', 'a=%zz', 'a b=1', 'a=x%0d%0ab', 'a=%00', 'a=ü', 'a%3A=1'],
};

const file: SettingCases = {
  valid: [['/readable.pem', '/readable.pem']],
  invalid: ['/missing.pem', '/not-a.pem', '/zero\0byte'],
};

const exporters: SettingCases = {
  valid: [
    ['otlp', ['otlp']],
    ['OTLP', ['otlp']],
    ['otlp, Console', ['otlp', 'console']],
    ['console,console', ['console']],
    ['none', ['none']],
  ],
  invalid: ['jaeger', 'zipkin', 'otlp,jaeger', 'otlp,none', ',', 'otlp,', 'otlp;console', 'true'],
};

const positiveMillis = wholeNumber(1, MAX_MILLIS);

const ratio: SettingCases = {
  valid: [
    ['0', 0],
    ['1', 1],
    ['0.25', 0.25],
    ['.5', 0.5],
    ['1.0', 1],
    ['1e-3', 0.001],
  ],
  invalid: ['-0.1', '1.1', '2', 'half', '25%', '0x1', 'NaN', 'Infinity', '.', '1e'],
};

/** Cases of every setting by environment name. */
export const SETTING_CASES: Readonly<Record<SettingName, SettingCases>> = {
  GENAI_EXTPROC_LISTEN: {
    valid: [
      ...hostPort.valid.map(([text, value]) => [text, { kind: 'tcp', ...(value as object) }] as const),
      ['unix:///run/x.sock', { kind: 'unix', path: '/run/x.sock' }],
    ],
    invalid: [
      ...hostPort.invalid,
      'unix:',
      'unix://',
      'unix:///',
      'unix://run/x.sock',
      'unix:/run/x.sock',
      'unix:x.sock',
      'unix:///a\0b',
      `unix://${LONG_PATH}`,
    ],
  },
  GENAI_EXTPROC_PROVIDERS: {
    valid: [
      [
        'cluster:llm=groq, route:main = mistral_ai,host:API.Example=x',
        {
          clusters: new Map([['llm', 'groq']]),
          routes: new Map([['main', 'mistral_ai']]),
          hosts: new Map([['api.example', 'x']]),
        },
      ],
    ],
    invalid: ['llm=groq', 'cluster:=groq', 'cluster:llm=', 'cluster:llm', 'zone:a=b', 'cluster:a=b,cluster:a=c', ','],
  },
  GENAI_EXTPROC_BODY_SESSION: boolean,
  GENAI_EXTPROC_PRICES: { valid: [['/etc/prices.yml', '/etc/prices.yml']], invalid: ['a\0b'] },
  GENAI_EXTPROC_COSTS: {
    valid: [
      ['spent=input_tokens + output_tokens * 3', [{ key: 'spent', expression: 'input_tokens + output_tokens * 3' }]],
      [
        "a=input_tokens * 2u; b = model == 'x' ? 1 : 2",
        [
          { key: 'a', expression: 'input_tokens * 2u' },
          { key: 'b', expression: "model == 'x' ? 1 : 2" },
        ],
      ],
    ],
    invalid: ['input_tokens', 'a=', 'a=nope', 'a=input_tokens +', "a='text'", 'a=1.5', 'a=1;a=2', '1a=1', ';'],
  },
  GENAI_EXTPROC_WORKERS: {
    valid: [
      ['1', 1],
      [' 12 ', 12],
      ['128', 128],
    ],
    invalid: ['0', '-1', '129', '1.5', 'auto', 'two'],
  },
  GENAI_EXTPROC_SOCKET_MODE: {
    valid: [
      ['660', 0o660],
      ['0660', 0o660],
      ['777', 0o777],
      ['000', 0],
    ],
    invalid: ['680', '66', '1777', '0o660', 'rw-rw----', '-660', '432 '.repeat(2)],
  },
  GENAI_EXTPROC_ADMIN: { ...hostPort, invalid: [...hostPort.invalid, 'unix:///x'] },
  GENAI_EXTPROC_TLS_CERTIFICATE: file,
  GENAI_EXTPROC_TLS_KEY: file,
  GENAI_EXTPROC_TLS_CLIENT_CA: file,
  GENAI_EXTPROC_DRAIN_MILLIS: wholeNumber(0, 3_600_000),
  GENAI_EXTPROC_DRAIN_DELAY_MILLIS: wholeNumber(0, 3_600_000),
  GENAI_EXTPROC_METADATA_NAMESPACE: {
    valid: [
      ['io.envoy.ai_gateway', 'io.envoy.ai_gateway'],
      ['x', 'x'],
      ['n'.repeat(255), 'n'.repeat(255)],
    ],
    invalid: ['two words', 'tab\there', 'n'.repeat(256), 'line\nbreak'],
  },
  GENAI_EXTPROC_CONFIG: { valid: [['/settings.yaml', '/settings.yaml']], invalid: ['/missing.yaml', '/zero\0byte'] },
  AIGW_DEBUG: boolean,
  GENAI_EXTPROC_UPSTREAM: {
    valid: [
      ['simulated', 'simulated'],
      ['Llama', 'llama'],
      ['http://127.0.0.1:11434/v1', 'http://127.0.0.1:11434/v1'],
      ['https://api.example.com', 'https://api.example.com'],
    ],
    invalid: ['ollama', 'api.example.com', 'http://', 'ftp://h', 'localhost:8080'],
  },
  GENAI_EXTPROC_GATEWAY: hostPort,
  GENAI_EXTPROC_MODE: {
    valid: [
      ['inline', 'inline'],
      ['Observe', 'observe'],
      ['pair', 'pair'],
    ],
    invalid: ['both', 'observability', 'inline,pair'],
  },
  OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES: mapping,
  OTEL_AIGW_SPAN_REQUEST_HEADER_ATTRIBUTES: mapping,
  OTEL_AIGW_METRICS_REQUEST_HEADER_ATTRIBUTES: mapping,
  OTEL_AIGW_LOG_REQUEST_HEADER_ATTRIBUTES: mapping,
  OPENINFERENCE_HIDE_LLM_INVOCATION_PARAMETERS: boolean,
  OPENINFERENCE_HIDE_INPUTS: boolean,
  OPENINFERENCE_HIDE_OUTPUTS: boolean,
  OPENINFERENCE_HIDE_INPUT_MESSAGES: boolean,
  OPENINFERENCE_HIDE_OUTPUT_MESSAGES: boolean,
  OPENINFERENCE_HIDE_INPUT_IMAGES: boolean,
  OPENINFERENCE_HIDE_INPUT_TEXT: boolean,
  OPENINFERENCE_HIDE_OUTPUT_TEXT: boolean,
  OPENINFERENCE_HIDE_EMBEDDINGS_TEXT: boolean,
  OPENINFERENCE_HIDE_EMBEDDINGS_VECTORS: boolean,
  OPENINFERENCE_HIDE_PROMPTS: boolean,
  OPENINFERENCE_HIDE_CHOICES: boolean,
  OPENINFERENCE_HIDE_LLM_TOOLS: boolean,
  OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH: wholeNumber(0),
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: {
    valid: [
      ['no_content', { span: false, event: false }],
      ['SPAN_ONLY', { span: true, event: false }],
      ['event_only', { span: false, event: true }],
      ['Span_And_Event', { span: true, event: true }],
      ['true', { span: true, event: false }],
      ['True', { span: true, event: false }],
      ['FALSE', { span: false, event: false }],
    ],
    invalid: ['yes', 'span', 'event', 'all', 'span_only,event_only', 'spanonly', 'ture'],
  },
  OTEL_SDK_DISABLED: boolean,
  OTEL_SERVICE_NAME: {
    valid: [
      ['my gateway', 'my gateway'],
      ['gatewäy', 'gatewäy'],
    ],
    invalid: ['line\nbreak', 'n'.repeat(256)],
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    valid: [
      ['a=1,b.c=2', { a: '1', 'b.c': '2' }],
      ['a=x%2Cy%3Dz%20%C3%BC', { a: 'x,y=z ü' }],
      ['a%2Cb=1', { 'a,b': '1' }],
      ['a=b=c', { a: 'b=c' }],
      ['a=1,a=2,', { a: '2' }],
      ['a=', { a: '' }],
    ],
    invalid: ['a', '=1', 'a=%', 'a=%E0%A4', 'a=1,b'],
  },
  OTEL_PROPAGATORS: {
    valid: [
      ['tracecontext,baggage', ['tracecontext', 'baggage']],
      ['B3', ['b3']],
      ['b3multi, baggage', ['b3multi', 'baggage']],
      ['none', ['none']],
    ],
    invalid: ['jaeger', 'xray', 'tracecontext;baggage', 'b3,none', 'tracecontext,,baggage'],
  },
  OTEL_TRACES_EXPORTER: { ...exporters, invalid: [...exporters.invalid, 'prometheus'] },
  AI_GATEWAY_TRACING_SEMCONV: {
    valid: [
      ['openinference', ['openinference']],
      ['gen_ai', ['gen_ai']],
      ['GEN_AI,OpenInference', ['gen_ai', 'openinference']],
      ['openinference, gen_ai', ['openinference', 'gen_ai']],
    ],
    invalid: ['none', 'genai', 'gen-ai', 'openinference,none', 'openinference;gen_ai', ',', 'gen_ai,'],
  },
  OTEL_TRACES_SAMPLER: {
    valid: [
      ['always_on', 'always_on'],
      ['always_off', 'always_off'],
      ['traceidratio', 'traceidratio'],
      ['parentbased_always_on', 'parentbased_always_on'],
      ['parentbased_always_off', 'parentbased_always_off'],
      ['ParentBased_TraceIdRatio', 'parentbased_traceidratio'],
    ],
    invalid: ['jaeger_remote', 'parentbased_jaeger_remote', 'xray', 'on', 'always_on,always_off'],
  },
  OTEL_TRACES_SAMPLER_ARG: ratio,

  OTEL_BSP_SCHEDULE_DELAY: wholeNumber(0, MAX_MILLIS),
  OTEL_BSP_EXPORT_TIMEOUT: positiveMillis,
  OTEL_BSP_MAX_QUEUE_SIZE: wholeNumber(1, 1_000_000),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: wholeNumber(1, 1_000_000),
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: wholeNumber(1, 1_000_000),
  OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: wholeNumber(1),
  OTEL_METRICS_EXPORTER: {
    valid: [...exporters.valid, ['prometheus', ['prometheus']], ['otlp,prometheus', ['otlp', 'prometheus']]],
    invalid: [...exporters.invalid, 'prometheus,none'],
  },
  OTEL_METRIC_EXPORT_INTERVAL: positiveMillis,
  OTEL_METRIC_EXPORT_TIMEOUT: positiveMillis,
  OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: {
    valid: [
      ['cumulative', 'cumulative'],
      ['DELTA', 'delta'],
      ['LowMemory', 'lowmemory'],
    ],
    invalid: ['low_memory', 'delta,cumulative', 'deltas'],
  },
  OTEL_LOGS_EXPORTER: { ...exporters, invalid: [...exporters.invalid, 'prometheus'] },
  GENAI_EXTPROC_LOG_SHARE: ratio,
  GENAI_EXTPROC_LOG_EXPENSIVE_TOKENS: wholeNumber(0),
  GENAI_EXTPROC_LOG_SLOW_MILLIS: wholeNumber(0),
  OTEL_BLRP_SCHEDULE_DELAY: wholeNumber(0, MAX_MILLIS),
  OTEL_BLRP_EXPORT_TIMEOUT: positiveMillis,
  OTEL_BLRP_MAX_QUEUE_SIZE: wholeNumber(1, 1_000_000),
  OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: wholeNumber(1, 1_000_000),
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol,
  OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: protocol,
  OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: protocol,
  OTEL_EXPORTER_OTLP_HEADERS: headers,
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: headers,
  OTEL_EXPORTER_OTLP_METRICS_HEADERS: headers,
  OTEL_EXPORTER_OTLP_LOGS_HEADERS: headers,
  GENAI_EXTPROC_SESSION_HEADERS: boolean,
  OTEL_EXPORTER_OTLP_TIMEOUT: positiveMillis,
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: positiveMillis,
  OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: positiveMillis,
  OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: positiveMillis,
  OTEL_EXPORTER_OTLP_COMPRESSION: compression,
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: compression,
  OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: compression,
  OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: compression,
  OTEL_EXPORTER_OTLP_CERTIFICATE: file,
  OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: file,
  OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE: file,
  OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE: file,
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: file,
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: file,
  OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE: file,
  OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE: file,
  OTEL_EXPORTER_OTLP_CLIENT_KEY: file,
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: file,
  OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY: file,
  OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY: file,
  OTEL_EXPORTER_OTLP_INSECURE: boolean,
  OTEL_EXPORTER_OTLP_TRACES_INSECURE: boolean,
  OTEL_EXPORTER_OTLP_METRICS_INSECURE: boolean,
  OTEL_EXPORTER_OTLP_LOGS_INSECURE: boolean,
  GENAI_EXTPROC_CONTENT_BYTES: wholeNumber(0, 1_073_741_824),
  GENAI_EXTPROC_EVENT_BYTES: wholeNumber(1024, 1_073_741_824),
  GENAI_EXTPROC_DECODED_BYTES: wholeNumber(1024, 1_073_741_824),
  GENAI_EXTPROC_DECODED_RATIO: wholeNumber(1, 1_000_000),
  GENAI_EXTPROC_DECODE_WAIT_MILLIS: wholeNumber(0, 10_000),
  GENAI_EXTPROC_METRIC_ATTRIBUTE_VALUES: wholeNumber(1, 1_000_000),
  GENAI_EXTPROC_METRIC_SERIES: wholeNumber(1, 1_000_000),
  GENAI_EXTPROC_HEADER_VALUE_CHARACTERS: wholeNumber(1, 65_536),
  GENAI_EXTPROC_SPAN_QUEUE_BYTES: wholeNumber(1, 17_179_869_184),
  GENAI_EXTPROC_SPAN_BATCH_BYTES: wholeNumber(1, 1_073_741_824),
  GENAI_EXTPROC_LOG_QUEUE_BYTES: wholeNumber(1, 17_179_869_184),
  GENAI_EXTPROC_LOG_BATCH_BYTES: wholeNumber(1, 1_073_741_824),
  GENAI_EXTPROC_REPLY_MILLIS: wholeNumber(10, 600_000),
  GENAI_EXTPROC_SHED_LAG_MILLIS: wholeNumber(0, 60_000),
  GENAI_EXTPROC_SHED_MEMORY_BYTES: wholeNumber(0, 1_099_511_627_776),
  GENAI_EXTPROC_HELD_BYTES: wholeNumber(1024, 1_099_511_627_776),
  GENAI_EXTPROC_STREAMS: wholeNumber(1, 1_000_000),
  GENAI_EXTPROC_MESSAGE_BYTES: {
    valid: [
      ['-1', -1],
      ['1', 1],
      ['4194304', 4_194_304],
    ],
    invalid: ['0', '-2', 'unlimited', '4MiB'],
  },
};
