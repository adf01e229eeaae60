import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { envoyConfiguration, readRecommended } from '../../bench/lib/envoy-config.mjs';
import { countSpans } from '../../bench/lib/otlp-spans.mjs';
import { parseCpuMicros, parseRunNanos, processTree } from '../../bench/lib/process-usage.mjs';
import { droppedSpans, measuredCalls, sumOf } from '../../bench/lib/prometheus-text.mjs';

/** A length-delimited protobuf field. */
function field(number: number, ...contents: Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const head = [number * 8 + 2];
  let rest = body.length;
  while (rest >= 0x80) {
    head.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.concat([Buffer.from([...head, rest]), body]);
}

describe('spans in an OTLP request', () => {
  const span = field(2, Buffer.from([0x0a, 1, 7]), field(5, Buffer.alloc(300)));
  const scope = field(1, Buffer.from([0x0a, 1, 65]));

  test('are counted over resources and scopes, and nothing else is', () => {
    const first = field(1, field(1, Buffer.alloc(4)), field(2, scope, span, span), field(2, span));
    const second = field(1, field(2, scope, span), field(3, Buffer.from('schema')));
    expect(countSpans(Buffer.concat([first, second]))).toBe(4);
    expect(countSpans(field(1, field(2, scope)))).toBe(0);
    expect(countSpans(Buffer.alloc(0))).toBe(0);
  });

  test('in bytes that are cut off are an error', () => {
    const bytes = field(1, field(2, span));
    expect(() => countSpans(bytes.subarray(0, -1))).toThrow('cut off');
    expect(() => countSpans(Buffer.from([0x0b]))).toThrow('wire type');
  });
});

test('CPU time is user and system time, whatever the program is called', () => {
  const rest = Array.from({ length: 50 }, (_, index) => index + 4).join(' ');
  expect(parseCpuMicros(`42 (a (b) c) S ${rest}`)).toBe((14 + 15) * 10_000);
});

test('CPU time is what the kernel says that a thread has run', () => {
  expect(parseRunNanos('72838787 56104128 140\n')).toBe(72_838_787);
});

test('a process and all that it started are counted together', async () => {
  const child = spawn('/bin/sh', ['-c', 'sleep 30 & wait']);
  try {
    const tree = await vi.waitFor(() => {
      const pids = processTree(process.pid);
      expect(pids.length).toBeGreaterThan(2);
      return pids;
    });
    expect(tree[0]).toBe(process.pid);
    expect(tree).toContain(child.pid);
    expect(processTree(child.pid ?? 0)).toHaveLength(2);
  } finally {
    for (const pid of processTree(child.pid ?? 0)) process.kill(pid);
  }
});

describe('the metrics page', () => {
  const page = [
    '# TYPE gen_ai_server_request_duration_seconds histogram',
    'gen_ai_server_request_duration_seconds_count{gen_ai_operation_name="chat",x="a } 9"} 7',
    'gen_ai_server_request_duration_seconds_count{gen_ai_operation_name="embeddings"} 5',
    'gen_ai_server_request_duration_seconds_sum{gen_ai_operation_name="chat"} 0.5',
    'genai_extproc_spans_dropped_total 3',
    'genai_extproc_spans_dropped_total_other 100',
  ].join('\n');

  test('is summed by name over all labels', () => {
    expect(measuredCalls(page)).toBe(12);
    expect(droppedSpans(page)).toBe(3);
    expect(sumOf(page, 'gen_ai_server_request_duration_seconds')).toBeUndefined();
  });

  test('without samples is zero', () => {
    expect(measuredCalls('')).toBe(0);
    expect(droppedSpans('')).toBe(0);
  });
});

describe('Envoy’s configuration', () => {
  const read = (name: string) => readRecommended(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
  const recommended = read('envoy.yaml');
  const pair = read('envoy.pair.yaml');
  const targets = [
    { name: 'none', port: 1, accessLogPath: '/none' },
    { name: 'noop', port: 2, extProcPorts: [3], accessLogPath: '/noop', recommended },
    { name: 'sidecar', port: 4, extProcPorts: [5], accessLogPath: '/sidecar', recommended },
    { name: 'pair', port: 9, extProcPorts: [10, 11], accessLogPath: '/pair', recommended: pair },
  ];
  const configuration = envoyConfiguration({ adminPort: 6, upstreamPort: 7, idleUpstreamPort: 8, targets });
  const [none, noop, sidecar, paired] = configuration.static_resources.listeners;
  const [, , noopCluster, sidecarCluster, pairCluster] = configuration.static_resources.clusters;

  test('is the recommended filter for each target, alike but for names and ports', () => {
    const text = (part: unknown, name: string, ports: [number, number]) =>
      JSON.stringify(part)
        .replaceAll(name, 'NAME')
        .replaceAll(`"port_value":${ports[0]}`, '"port_value":0')
        .replaceAll(`"port_value":${ports[1]}`, '"port_value":0');
    expect(text(noop, 'noop', [2, 3])).toBe(text(sidecar, 'sidecar', [4, 5]));
    expect(JSON.stringify(none)).not.toContain('ext_proc');
    expect(text(noopCluster, 'noop', [2, 3])).toBe(text(sidecarCluster, 'sidecar', [4, 5]));
    const [filter] = recommended.filters;
    expect(JSON.stringify(noop)).toContain(JSON.stringify(filter?.typed_config['allowed_override_modes']));
  });

  test('takes both filters of a pair, one process or several behind them, and every runtime setting', () => {
    expect(JSON.stringify(paired).match(/"cluster_name":"ext_proc_pair"/g)).toHaveLength(2);
    expect(JSON.stringify(paired)).toMatch(/genai\.context.*genai\.observe/);
    expect(JSON.stringify(pairCluster)).toMatch(/"port_value":10\D.*"port_value":11\D/);
    expect(configuration.layered_runtime?.layers.map((layer) => layer.static_layer)).toEqual([
      {
        'envoy.reloadable_features.ext_proc_graceful_grpc_close': true,
        'envoy.reloadable_features.grpc_side_stream_flow_control': false,
      },
    ]);
  });

  test('without an ext_proc filter is refused', () => {
    expect(() => readRecommended('static_resources: { listeners: [], clusters: [] }')).toThrow('no ext_proc filter');
  });
});
