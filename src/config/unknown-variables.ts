import { nearestName } from './nearest.js';
import { OWN_PREFIX } from './setting.js';
import { SETTINGS } from './table/table.js';

/** What Kubernetes injects for a Service that has our name; none of our own settings looks like it. */
const SERVICE_LINK = /_SERVICE_|_PORT(_\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)?$/;

const SHOWN_CHARACTERS = 100;

/** Warnings about variables with our prefix that are no settings: one each, and one for all that Kubernetes injects. */
export function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith(OWN_PREFIX) && !SETTINGS.has(name) && env[name] !== undefined,
  );
  const links = unknown.filter((name) => SERVICE_LINK.test(name));
  const ours = [...SETTINGS.keys()].filter((name) => name.startsWith(OWN_PREFIX));
  const warnings = unknown
    .filter((name) => !links.includes(name))
    .map((name) => {
      const near = nearestName(
        name.slice(OWN_PREFIX.length),
        ours.map((our) => our.slice(OWN_PREFIX.length)),
      );
      const shown = name.slice(0, SHOWN_CHARACTERS);
      return `${shown} is no setting and is ignored${near ? `; did you mean ${OWN_PREFIX}${near}?` : ''}`;
    });
  if (links.length > 0) {
    const first = `${links[0]!.slice(0, SHOWN_CHARACTERS)}${links.length > 1 ? ` (and ${links.length - 1} more)` : ''}`;
    warnings.push(`${first} is no setting and is ignored; it looks like a Kubernetes service link`);
  }
  return warnings;
}
