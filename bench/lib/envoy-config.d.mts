export const LOGGED_HEADER: string;
export interface Recommended {
  filter: { name: string; typed_config: Record<string, unknown> };
  cluster: Record<string, unknown>;
  runtime: unknown;
}
export interface ListenerTarget {
  name: string;
  port: number;
  extProcPort?: number | undefined;
  accessLogPath: string;
}
export function readRecommended(text: string): Recommended;
export function envoyConfiguration(stage: {
  adminPort: number;
  upstreamPort: number;
  idleUpstreamPort: number;
  targets: ListenerTarget[];
  recommended: Recommended;
}): {
  layered_runtime?: unknown;
  static_resources: { listeners: { name: string }[]; clusters: { name: string }[] };
};
