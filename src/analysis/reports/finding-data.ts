/**
 * Findings and what they name as plain data for JSON. Nanoseconds of an epoch are bigints: whoever writes them decides
 * how.
 *
 * Guarantee: these names change only with the major version of the package: programs read them.
 */
import type { Finding } from '../findings/findings.js';
import type { CausalEvent, CausalSpan } from '../graph/graph-model.js';

export interface EventData {
  readonly traceId: string;
  readonly spanId: string;
  readonly event: CausalEvent['kind'];
  readonly name: string;
  readonly service: string;
  readonly node: string;
  readonly lamport: number;
  readonly tick?: number;
  readonly timeUnixNano?: bigint;
}

export function eventData(event: CausalEvent): EventData {
  const { recorded } = event.span;
  return {
    traceId: recorded.traceId,
    spanId: recorded.spanId,
    event: event.kind,
    name: recorded.name,
    service: recorded.service,
    node: event.node.id,
    lamport: event.lamport,
    ...(event.tick === undefined ? {} : { tick: event.tick }),
    ...(event.timeNanos === undefined ? {} : { timeUnixNano: event.timeNanos }),
  };
}

function spanData({ recorded, node }: CausalSpan): object {
  const { traceId, spanId, name, service } = recorded;
  return { traceId, spanId, name, service, node: node.id };
}

/** A finding with the events and spans that it names, each by its ids. */
export function findingData(finding: Finding): object {
  switch (finding.kind) {
    case 'inversion': {
      const { edge, byNanos, cause, kind } = finding;
      return {
        kind,
        cause,
        byNanos,
        edge: edge.kind,
        basis: edge.basis,
        from: eventData(edge.from),
        to: eventData(edge.to),
      };
    }
    case 'missing-parent':
      return { ...finding, span: spanData(finding.span) };
    case 'identity-clash':
      return { ...finding, events: finding.events.map(eventData) };
    case 'incomplete':
      return { ...finding, since: spanData(finding.since) };
    case 'race': {
      const { kind, resource, first, second } = finding;
      const access = ({ span, access: what }: typeof first): object => ({ access: what, ...spanData(span) });
      return { kind, resource, first: access(first), second: access(second) };
    }
    case 'skew':
      return { ...finding, from: finding.from.id, to: finding.to.id };
    case 'missing-ticks':
      return finding;
  }
}
