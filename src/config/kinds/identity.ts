import { type CostExpression, compileCostExpressions } from '../../pricing/cost-expressions.js';
import type { ProviderMap } from '../settings.js';
import { readBy, type ValueKind } from './kind.js';

/** `cluster:NAME=PROVIDER[,route:NAME=PROVIDER,host:NAME=PROVIDER…]`. */
export const providerMap: ValueKind<ProviderMap> = {
  schema: readBy((text, refuse) => {
    const map = {
      cluster: new Map<string, string>(),
      route: new Map<string, string>(),
      host: new Map<string, string>(),
    };
    text.split(',').forEach((member, index) => {
      const found = /^(cluster|route|host):([^=]+)=(.+)$/.exec(member.trim());
      const names = found && map[found[1] as keyof typeof map];
      if (!names) {
        refuse(`is not understood at position ${index + 1}`);
        return;
      }
      const name = (found[2] ?? '').trim();
      const key = found[1] === 'host' ? name.toLowerCase() : name;
      if (names.has(key)) refuse(`has ${found[1]} ${key} again at position ${index + 1}`);
      names.set(key, (found[3] ?? '').trim());
    });
    return { clusters: map.cluster, routes: map.route, hosts: map.host };
  }),
  allowed: 'cluster:NAME=PROVIDER, route:NAME=PROVIDER or host:NAME=PROVIDER, separated by commas, each name once',
  placeholder: 'MAP',
  list: true,
};

/** `KEY=EXPRESSION[;KEY=EXPRESSION…]`; each expression is compiled and tried here, so that a mistake stops the start. */
export const costExpressions: ValueKind<readonly CostExpression[]> = {
  schema: readBy((text, refuse) => {
    const expressions: CostExpression[] = [];
    text.split(';').forEach((member, index) => {
      const found = /^\s*([A-Za-z_][\w.]*)\s*=(?!=)([\s\S]+)$/.exec(member);
      const key = found?.[1];
      const expression = found?.[2]?.trim();
      if (!key || !expression) {
        refuse(`is no KEY=EXPRESSION at position ${index + 1}`);
        return;
      }
      if (expressions.some((earlier) => earlier.key === key))
        refuse(`has the key ${key} again at position ${index + 1}`);
      try {
        compileCostExpressions([{ key, expression }]);
      } catch (error) {
        refuse(`has a mistake in ${key}: ${error instanceof Error ? error.message.split('\n', 1)[0] : 'unknown'}`);
      }
      expressions.push({ key, expression });
    });
    return expressions;
  }),
  allowed:
    'KEY=EXPRESSION[;KEY=EXPRESSION…], CEL over model, backend, route_name and input_tokens, cached_input_tokens, ' +
    'cache_creation_input_tokens, output_tokens, total_tokens, reasoning_tokens, with an integer result',
  placeholder: 'COSTS',
};
