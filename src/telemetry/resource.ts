import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { Settings } from '../config/settings.js';
import type { ProcessIdentity } from '../util/process-identity.js';

/**
 * Who speaks: `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SERVICE_NAME`, and an instance id, because the cumulative series of
 * several sidecars with one service name would overwrite each other without it: the process's session unless given.
 */
export function createResource(
  settings: Pick<Settings, 'serviceName' | 'resourceAttributes'>,
  identity: Pick<ProcessIdentity, 'sessionId'>,
): Resource {
  return defaultResource().merge(
    resourceFromAttributes({
      'service.instance.id': identity.sessionId,
      ...settings.resourceAttributes,
      'service.name': settings.serviceName,
    }),
  );
}
