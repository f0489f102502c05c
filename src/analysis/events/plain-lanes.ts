/**
 * The lanes of what carries no stamp: one for each process that resources tell apart, else one for each service's name.
 *
 * Hazard: behind a service's name there may be many processes, whose clocks order nothing between each other.
 */
import type { EventTable } from './event-table.js';
import { ProcessIdentities } from './process-identity.js';
import type { AttributeRecord } from '../recorded.js';

export class PlainLanes {
  private readonly identities = new ProcessIdentities();
  private readonly lanes = new Map<string, number>();

  constructor(private readonly table: EventTable) {}

  /** The process that a resource names; undefined where it names none. */
  identityOf(service: string, resource: AttributeRecord): string | undefined {
    return this.identities.of(service, resource);
  }

  /** The lane, and the process's identity where the resource holds one. */
  of(service: string, resource: AttributeRecord): { readonly lane: number; readonly identity: string | undefined } {
    const identity = this.identityOf(service, resource);
    const key = identity === undefined ? `s ${service}` : `p ${identity}`;
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      const isProcess = identity !== undefined;
      lane =
        this.table.lanes.push({ id: identity ?? service, service, stamped: false, isProcess, resolutionNanos: 0 }) - 1;
      this.lanes.set(key, lane);
    }
    return { lane, identity };
  }
}
