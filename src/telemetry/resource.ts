import { randomUUID } from 'node:crypto';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { Settings } from '../config/settings.js';

/**
 * Who speaks: `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SERVICE_NAME`, and an instance id, because the cumulative series of
 * several sidecars with one service name would overwrite each other without it.
 */
export function createResource(settings: Pick<Settings, 'serviceName' | 'resourceAttributes'>): Resource {
  return defaultResource().merge(
    resourceFromAttributes({
      'service.instance.id': randomUUID(),
      ...settings.resourceAttributes,
      'service.name': settings.serviceName,
    }),
  );
}
