import type { HostPort } from '../config/settings.js';
import { AppError } from '../util/errors.js';
import { isOwnListener, parseUpstream, showUrl, type Upstream } from './upstream.js';

/** What `up` puts behind Envoy. */
export type UpstreamChoice =
  /** `source`: the setting that said so. */
  | { kind: 'url'; url: string; source: string; upstream: Upstream }
  | { kind: 'ollama'; url: string; upstream: Upstream }
  | { kind: 'llama' }
  | { kind: 'simulated' };

export interface ChooseOptions {
  /** `--upstream`. */
  upstream?: string | undefined;
  /** `OPENAI_BASE_URL`. */
  openaiBaseUrl?: string | undefined;
  gateway: HostPort;
  /** Whether an Ollama answers; asked only when it matters. */
  ollamaAnswers(): Promise<boolean>;
  /** The system's CA bundle; asked only for https. */
  trustedCa(): string;
}

const OLLAMA = { host: '127.0.0.1', port: 11434, hostHeader: '127.0.0.1:11434', provider: 'ollama' } as const;

/** The address of an Ollama on this machine. */
export const OLLAMA_URL = `http://${OLLAMA.hostHeader}`;

/**
 * The upstream: `--upstream`, else `OPENAI_BASE_URL`, else a running Ollama, else the simulated model. People export
 * our own address as `OPENAI_BASE_URL` for their clients: there it is skipped with a notice, in `--upstream` an error.
 * Rejects with the setting, its value and the remedy.
 */
export async function chooseUpstream(options: ChooseOptions): Promise<{ choice: UpstreamChoice; notices: string[] }> {
  const { upstream, openaiBaseUrl, gateway } = options;
  const notices: string[] = [];
  if (upstream === 'simulated' || upstream === 'llama') return { choice: { kind: upstream }, notices };
  if (upstream) {
    const remedy = 'give the address of a provider, simulated or llama.';
    if (isOwnListener(upstream, gateway)) {
      throw new Error(
        `--upstream: ${showUrl(upstream)} is this gateway itself, which would forward to itself; ${remedy}`,
      );
    }
    return { choice: urlChoice(upstream, '--upstream', options), notices };
  }
  if (openaiBaseUrl && isOwnListener(openaiBaseUrl, gateway)) {
    notices.push(
      `OPENAI_BASE_URL is this gateway itself (${showUrl(openaiBaseUrl)}): right for your clients, not used as upstream.`,
    );
  } else if (openaiBaseUrl) {
    return { choice: urlChoice(openaiBaseUrl, 'OPENAI_BASE_URL', options), notices };
  }
  const ollama = (await options.ollamaAnswers()) && !isOwnListener(OLLAMA_URL, gateway);
  return { choice: ollama ? { kind: 'ollama', url: OLLAMA_URL, upstream: OLLAMA } : { kind: 'simulated' }, notices };
}

function urlChoice(url: string, source: string, options: ChooseOptions): UpstreamChoice {
  const upstream = parseUpstream(url, options.trustedCa);
  if ('problem' in upstream) throw new AppError('UPSTREAM_INVALID', `${source}: ${showUrl(url)} ${upstream.problem}.`);
  return { kind: 'url', url, source, upstream };
}
