import type { HostPort, Settings } from '../config/settings.js';
import type { UpstreamChoice } from './choose-upstream.js';
import { createPaint } from './paint.js';

export interface WelcomeOptions {
  settings: Settings;
  choice: UpstreamChoice;
  /** A model that the upstream has, for the request to paste. */
  model: string;
  accessLog: string;
  /** Where spans go when there is no exporter. */
  spanFile: string;
  envoyAdmin: string;
  color: boolean;
}

/** What `up` prints when everything runs: where things are, and a request to paste. */
export function formatWelcome({
  settings,
  choice,
  model,
  accessLog,
  spanFile,
  envoyAdmin,
  color,
}: WelcomeOptions): string {
  const paint = createPaint(color);
  const gateway = urlOf(settings.up.gateway);
  const rows: [string, string][] = [
    ['Gateway', `${paint.bold(gateway)}  →  ${describeUpstream(choice)}`],
    ['Metrics', `${urlOf(settings.admin)}/metrics`],
    ['Spans', describeSpans(settings, spanFile)],
    ['Access log', accessLog],
    ['Envoy admin', envoyAdmin],
  ];
  const key = choice.kind === 'url' ? ` -H "authorization: Bearer $OPENAI_API_KEY"` : '';
  const body = `{"model":"${model}","stream":true,"stream_options":{"include_usage":true},"max_tokens":64,"messages":[{"role":"user","content":"Say hi"}]}`;
  return [
    '',
    ...rows.map(([name, value]) => `  ${paint.dim(name.padEnd(11))}  ${value}`),
    '',
    'Try it from another terminal:',
    '',
    `  curl -N ${gateway}/v1/chat/completions -H 'content-type: application/json' -H 'agent-session-id: demo'${key} \\`,
    `    -d '${body}'`,
    '',
    `Your own programs: OPENAI_BASE_URL=${gateway}/v1. Ctrl-C stops everything. Calls appear here:`,
    '',
  ].join('\n');
}

function describeUpstream(choice: UpstreamChoice): string {
  switch (choice.kind) {
    case 'url':
      return `${choice.url} (${choice.source})`;
    case 'ollama':
      return `Ollama on ${choice.url}`;
    case 'llama':
      return 'SmolLM2 135M on this machine, a real but very small model';
    case 'simulated':
      return 'a simulated model: no real one answers (--upstream URL or OPENAI_BASE_URL for yours)';
  }
}

function describeSpans(settings: Settings, spanFile: string): string {
  const { exporters, otlp } = settings.traces;
  if (exporters.includes('otlp')) return otlp.endpoint;
  if (exporters.includes('console')) return 'printed here';
  if (settings.sdkDisabled) return 'off (OTEL_SDK_DISABLED)';
  return `${spanFile} (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:6006/v1/traces: to Phoenix)`;
}

/** An address to listen on as a URL that a client on this machine can use. */
function urlOf({ host, port }: HostPort): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
