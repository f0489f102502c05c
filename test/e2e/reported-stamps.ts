/** The stamps of reported spans, and what must hold of them in every trace. */
import { SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { compareStamps } from '../../src/clocks/stamp.js';
import { readSpanStamps, type SpanStamps } from '../../src/codec/span-stamps.js';
import type { ReportedSpan } from './service-fleet.js';

export type ServiceSpan = ReportedSpan & { readonly service: string };

export function stampsOf(span: ReportedSpan | undefined): SpanStamps {
  const stamps = span === undefined ? undefined : readSpanStamps(span.traceId, span.attributes);
  if (stamps === undefined) throw new Error(`no stamps on ${span?.name}`);
  return stamps;
}

/** The stamps of the span in which a service handled its request. */
export function handledBy(spans: readonly ServiceSpan[], service: string): SpanStamps {
  return stampsOf(spans.find((span) => span.service === service && span.kind === SpanKind.SERVER));
}

/** Every span but the first has its parent among them, and starts after it. */
export function expectCausesFirst(spans: readonly ServiceSpan[]): void {
  const edges = spans.flatMap((child) => {
    const parent = spans.find(({ spanId }) => spanId === child.parentSpanId);
    return parent === undefined ? [] : [{ parent: stampsOf(parent), child: stampsOf(child) }];
  });
  expect(edges).to.have.length(spans.length - 1);
  for (const { parent, child } of edges) {
    expect(compareStamps(parent.start, child.start)).to.equal('before');
    expect(parent.start.lamport).to.be.lessThan(child.start.lamport);
  }
}
