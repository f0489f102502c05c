/**
 * The addresses at which recorded services answer. A call to one of them that nothing recorded answers was taken by a
 * recorded process all the same: by a hop that was not sampled, or whose span was lost. It may tell of all that was
 * recorded there.
 *
 * Guarantee: a call that names no address may be to any of them.
 * Hazard: an address is what instrumentations write. A service that is called by a name at which nothing recorded ever
 * answers is not recognised.
 */
import type { EventTable } from '../events/event-table.js';
import type { AttributeRecord, RecordedSpan } from '../recorded.js';

export class FleetAddresses {
  private readonly known = new Set<string>();

  constructor({ spans, childAt }: EventTable) {
    for (const [index, span] of spans.entries()) {
      const isAnswered = span.kind === 'client' && childAt[index] !== childAt[index + 1];
      if (span.kind !== 'server' && !isAnswered) continue;
      const address = addressOf(span);
      if (address !== undefined) this.known.add(address);
    }
  }

  /** True where a client span called an address at which a recorded service answers, or does not say what it called. */
  mayInclude(client: RecordedSpan): boolean {
    const address = addressOf(client);
    return address === undefined || this.known.has(address);
  }
}

/** The server's host and port, by the present names of the attributes or by those before them. */
function addressOf({ kind, attributes }: RecordedSpan): string | undefined {
  const before = kind === 'server' ? 'net.host' : 'net.peer';
  const host = valueOf(attributes, 'server.address', `${before}.name`);
  return host === undefined ? undefined : `${host}:${valueOf(attributes, 'server.port', `${before}.port`) ?? ''}`;
}

function valueOf(attributes: AttributeRecord, ...names: readonly string[]): string | undefined {
  const found = names.map((name) => attributes[name]).find((value) => value !== undefined && value !== '');
  return found === undefined ? undefined : String(found);
}
