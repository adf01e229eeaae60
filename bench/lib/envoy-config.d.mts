export const LOGGED_HEADER: string;
export interface Recommended {
  filters: { name: string; typed_config: Record<string, unknown> }[];
  cluster: Record<string, unknown>;
  runtime: unknown;
}
export interface ListenerTarget {
  name: string;
  port: number;
  extProcPorts?: number[];
  recommended?: Recommended;
  accessLogPath: string;
}
export function readRecommended(text: string): Recommended;
export function envoyConfiguration(stage: {
  adminPort: number;
  upstreamPort: number;
  idleUpstreamPort: number;
  targets: ListenerTarget[];
}): {
  layered_runtime?: { layers: { static_layer: Record<string, unknown> }[] };
  static_resources: { listeners: { name: string }[]; clusters: { name: string }[] };
};
