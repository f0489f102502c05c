import { INVALID_SPAN_CONTEXT, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { MAX_AWAITED_REPLIES, MAX_VECTOR_ENTRIES } from '../../../src/clocks/limits.js';
import { arrivalIn } from '../../../src/otel/arrival.js';
import {
  extractOdd,
  messageWith,
  nodeReading,
  PLACES,
  SENDER,
  stampText,
  TRACE_ID,
} from '../../support/hostile-node.js';

function traceId(number: number): string {
  return number.toString(16).padStart(8, '0').repeat(4);
}

function messageOf(number: number, vector = 'a*1'): Record<string, unknown> {
  const id = traceId(number);
  return {
    traceparent: `00-${id}-${SENDER}-00`,
    tracestate: `causality=${SENDER}`,
    baggage: `causality=${stampText({ domain: id.slice(-16), vector })}`,
  };
}

describe('bad input: what a stranger can make us hold', () => {
  it('is nothing, by messages that nobody handles', () => {
    const node = nodeReading('baggage');
    for (let i = 1; i <= 5000; i++) extractOdd(node, messageOf(i));
    expect(node.clock.counters).to.include({ received: 5000, liveDomains: 0 });
  });

  it('is a full store, by distinct traces that are relayed', () => {
    const node = nodeReading('baggage', { maxDomains: 100 });
    for (let i = 1; i <= 5000; i++) node.inject(extractOdd(node, messageOf(i)));
    expect(node.clock.counters).to.include({ liveDomains: 100, domainsDropped: 4900, errors: 0 });
  });

  it('is a full store, by spans that never end', () => {
    const node = nodeReading('baggage', { maxDomains: 100 });
    const spans: Span[] = [];
    for (let i = 1; i <= 1000; i++) spans.push(node.start('endless').span);
    expect(node.clock.counters).to.include({ liveDomains: 100, domainsDropped: 900 });
    for (const span of spans) span.end();
    expect(node.clock.counters).to.include({ liveDomains: 100, errors: 0 });
    const ticks = node.exporter
      .getFinishedSpans()
      .flatMap(({ attributes }) => [attributes['causality.tick'], attributes['causality.end.tick']]);
    expect(ticks.every((tick) => typeof tick === 'number')).to.equal(true);
  });

  it('is sixty-four entries, by distinct nodes in one trace', () => {
    const node = nodeReading('baggage');
    const { context } = node.start('handle', ROOT_CONTEXT);
    const id = trace.getSpanContext(context)?.traceId as string;
    for (let i = 0; i < 50; i++) {
      const vector = Array.from({ length: 64 }, (_, j) => `n${i}-${String(j).padStart(2, '0')}*1`).join('~');
      const message = {
        traceparent: `00-${id}-${SENDER}-01`,
        tracestate: `causality=${SENDER}`,
        baggage: `causality=${stampText({ domain: id.slice(-16), vector })}`,
      };
      node.start('part', extractOdd(node, message)).span.end();
    }
    const vector = node.exporter.getFinishedSpans().at(-1)?.attributes['causality.vector'] as string;
    expect(vector.split(',')).to.have.length(MAX_VECTOR_ENTRIES);
    expect(vector).to.include(`${node.clock.node}=`);
    expect(node.exporter.getFinishedSpans().at(-1)?.attributes['causality.incomplete']).to.equal(true);
    expect(node.clock.counters.entriesDropped).to.equal(50 * 64 - 63);
  });

  it('is a bounded list of awaited replies, and who is given up is incomplete', () => {
    const node = nodeReading('baggage');
    node.clock.messages.watchCarriers();
    const call = node.start('first', undefined, { kind: SpanKind.CLIENT });
    node.inject(call.context);
    for (let i = 0; i < MAX_AWAITED_REPLIES; i++)
      node.inject(node.start('call', undefined, { kind: SpanKind.CLIENT }).context);
    expect(node.clock.counters.incomplete).to.deep.equal({ 'too-many-awaited': 1 });
    call.span.end();
    expect(node.finished('first').attributes['causality.incomplete']).to.equal(true);
  });

  for (const place of PLACES) {
    for (const [name, text] of [
      ['100,000 separators of fields', '!'.repeat(100_000)],
      ['100,000 separators of entries', stampText({ vector: '~'.repeat(100_000) })],
      [
        'a hundred thousand entries',
        stampText({ vector: Array.from({ length: 100_000 }, (_, i) => `n${i}*1`).join('~') }),
      ],
      ['a node id of a megabyte', stampText({ vector: `${'n'.repeat(1_000_000)}*1` })],
    ] as const) {
      it(`is nothing, by ${name} in the ${place}`, () => {
        const node = nodeReading(place);
        const context = extractOdd(node, messageWith(text, place));
        expect(arrivalIn(context)?.stamp).to.equal(undefined);
        expect(node.clock.counters.refused).to.deep.equal({ oversized: 1 });
        expect(node.clock.counters.liveDomains).to.equal(0);
      });
    }
  }

  it('is nothing, by a list of 100,000 members', () => {
    const node = nodeReading('baggage');
    const many = ','.repeat(50_000);
    extractOdd(node, { ...messageWith('x', 'baggage'), baggage: `${many}causality=${stampText()}${many}` });
    extractOdd(node, { ...messageWith('x', 'baggage'), baggage: `causality=${stampText()},`.repeat(1000) });
    expect(node.clock.counters).to.include({ received: 1, liveDomains: 0, errors: 0 });
    expect(node.clock.counters.refused).to.deep.equal({ duplicate: 1 });
  });

  it('is nothing, for a span context that is not valid', () => {
    const node = nodeReading('baggage');
    node.inject(trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT));
    node.inject(trace.setSpanContext(ROOT_CONTEXT, { traceId: `${TRACE_ID}0`, spanId: SENDER, traceFlags: 1 }));
    expect(node.clock.counters).to.include({ liveDomains: 0, errors: 0 });
  });
});
