/**
 * Which process made a span that carries no stamp.
 *
 * Guarantee: two spans get one identity only where their resources say so. A service's name alone never does: behind
 * it there may be many processes, whose wall clocks must not order anything.
 */
import type { AttributeRecord } from '../recorded.js';

/** What names a host or a container; with a process id beside it, one process. */
const HOST = ['container.id', 'k8s.pod.uid', 'host.id', 'k8s.pod.name', 'host.name', 'hostname', 'ip'] as const;

/** The identity in a resource, or undefined where it holds none. Cached by the resource, which readers share. */
export class ProcessIdentities {
  private readonly known = new WeakMap<AttributeRecord, string>();

  of(service: string, resource: AttributeRecord): string | undefined {
    let identity = this.known.get(resource);
    if (identity === undefined) {
      identity = identify(resource);
      this.known.set(resource, identity);
    }
    return identity === '' ? undefined : `${service}@${identity}`;
  }
}

function identify(resource: AttributeRecord): string {
  const instance = textOf(resource['service.instance.id']);
  if (instance !== undefined) return instance;
  const pid = resource['process.pid'] ?? resource['pid'];
  const host = HOST.map((name) => textOf(resource[name])).find((name) => name !== undefined);
  return pid === undefined || host === undefined ? '' : `${host}:${String(pid)}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
