/** What spans that nobody samples pass on of what came to them. */
import { type Context, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { parseStamp } from '../../src/codec/wire-text.js';
import { type Carrier, TestNode } from '../support/fleet.js';

const TRACE_ID = '4bf92f3577b34da67b1d62f2c9e04a15';
const SENDER = '00f067aa0ba902b7';
const TRACEPARENT = `00-${TRACE_ID}-${SENDER}-01`;
const MARK_ALONE = { traceparent: TRACEPARENT, tracestate: `causality=${SENDER}` };

describe('an unsampled span', () => {
  let hop: TestNode;
  beforeEach(() => (hop = new TestNode('hop', { sampler: new AlwaysOffSampler() })));

  /** What the first span of this trace here sends first. */
  function passedOn(message: Carrier): { carrier: Carrier; spanId: string; context: Context } {
    const received = hop.extract(message);
    const { span, context } = hop.start('hop', received);
    return { carrier: hop.inject(context), spanId: span.spanContext().spanId, context: received };
  }

  it('passes on that a stamp is missing, by its own mark, at once', () => {
    const { carrier, spanId } = passedOn(MARK_ALONE);
    expect(carrier).to.deep.equal({
      traceparent: `00-${TRACE_ID}-${spanId}-00`,
      tracestate: `causality=${spanId}`,
    });
    expect(hop.clock.counters.liveDomains).to.equal(0);
  });

  it('has nothing to say where nobody upstream takes part, or in another trace only', () => {
    const stale = { traceparent: TRACEPARENT, baggage: 'causality=1!00000000000000aa!5!!0!peer*1' };
    for (const message of [{ traceparent: TRACEPARENT }, stale]) {
      const { carrier, spanId } = passedOn(message);
      expect(carrier).to.deep.equal({ traceparent: `00-${TRACE_ID}-${spanId}-00` });
      hop = new TestNode('hop', { sampler: new AlwaysOffSampler() });
    }
  });

  it('does not admit for its own trace what another one missed', () => {
    const { context } = passedOn(MARK_ALONE);
    const { context: inside } = hop.start('root of its own', context, { root: true });
    expect(hop.inject(inside)).to.have.all.keys('traceparent');
  });

  it('of a trace that is known here passes on what is known, whatever its context holds', () => {
    const node = new TestNode('node');
    const { span } = node.start(
      'serve',
      node.extract({ ...MARK_ALONE, baggage: `causality=1!${TRACE_ID.slice(-16)}!5!!0!peer*1` }),
    );
    const { traceId } = span.spanContext();
    const unsampled = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: SENDER, traceFlags: TraceFlags.NONE });
    const stamp = /causality=([^,;]*)/.exec(node.inject(unsampled)['baggage'] ?? '')?.[1];
    expect(parseStamp(stamp ?? '')).to.include({ lamport: 6, incomplete: false });
    expect(node.clock.counters).to.deep.include({ errors: 0, incomplete: {} });
  });

  it('that holds a mark which nobody read makes a trace that is known here incomplete', () => {
    const node = new TestNode('node');
    const { traceId } = node.start('known').span.spanContext();
    const traceState = new TraceState(`causality=${SENDER}`);
    const spanContext = { traceId, spanId: SENDER, traceFlags: TraceFlags.NONE, isRemote: true, traceState };
    const carrier = node.inject(trace.setSpanContext(ROOT_CONTEXT, spanContext));
    expect(carrier['baggage']).to.match(/^causality=1![^!]*!1![^!]*!1!/);
    expect(node.clock.counters.incomplete).to.deep.equal({ 'mark-without-stamp': 1 });
  });
});
