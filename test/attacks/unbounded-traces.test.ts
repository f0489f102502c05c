/** Messages of ever new traces: what they can make a process hold is the store that `maxDomains` allows. */
import { INVALID_SPAN_CONTEXT, type Link, ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { expect } from 'chai';
import { CausalConsoleExporter } from '../../src/analysis/live/causal-console-exporter.js';
import { MAX_AWAITED_REPLIES, MAX_LIVE_TRACES } from '../../src/clocks/limits.js';
import { repliesOf } from '../../src/otel/clock-replies.js';
import { collectGarbage } from '../support/collect-garbage.js';
import { extractOdd, messageWith, nodeReading, SENDER, stampText, TRACE_ID } from '../support/hostile-node.js';
import { LoggingNode } from '../support/logging-node.js';

const FEW = 100;
const MANY = 5000;

/** As an HTTP parser makes it: not a part of another text, and not made of several. */
function inOnePiece(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function traceId(number: number): string {
  return number.toString(16).padStart(8, '0').repeat(4);
}

/** A message of trace `number`, sampled or not. */
function messageOf(number: number, { flags = '00', vector = 'a*1' } = {}): Record<string, string> {
  const id = traceId(number);
  return {
    traceparent: `00-${id}-${SENDER}-${flags}`,
    tracestate: `causality=${SENDER}`,
    baggage: `causality=${stampText({ domain: id.slice(-16), vector })}`,
  };
}

describe('attack: distinct traces without end', () => {
  it('hold nothing, where nobody handles their messages', () => {
    const node = nodeReading('baggage');
    for (let i = 1; i <= MANY; i++) extractOdd(node, messageOf(i));
    expect(node.clock.counters).to.include({ received: MANY, liveDomains: 0 });
  });

  it('hold a full store, where they are relayed', () => {
    const node = nodeReading('baggage', { maxDomains: FEW });
    for (let i = 1; i <= MANY; i++) node.inject(extractOdd(node, messageOf(i)));
    expect(node.clock.counters).to.include({ liveDomains: FEW, domainsDropped: MANY - FEW, errors: 0 });
  });

  it('hold a full store, where they are handled', () => {
    const node = nodeReading('baggage', { maxDomains: FEW });
    for (let i = 1; i <= MANY; i++) node.start('handle', extractOdd(node, messageOf(i, { flags: '01' }))).span.end();
    expect(node.clock.counters).to.include({ liveDomains: FEW, domainsDropped: MANY - FEW, errors: 0 });
  });

  it('hold a full store, where they are answered though nobody has sampled them', () => {
    const node = nodeReading('baggage', { maxDomains: FEW });
    node.clock.messages.watchCarriers();
    for (let i = 1; i <= MANY; i++) {
      const message = messageOf(i);
      node.extract(message);
      expect(repliesOf(node.clock).reply(message)?.text).to.include('a*1');
    }
    expect(node.clock.counters).to.include({ liveDomains: FEW, domainsDropped: MANY - FEW, errors: 0 });
  });

  it('hold a filter of fixed size, where unsampled requests of ours leave without anything to tell', () => {
    const node = nodeReading('baggage', { maxDomains: FEW });
    for (let i = 1; i <= MANY; i++) {
      const spanContext = { traceId: traceId(i), spanId: SENDER, traceFlags: TraceFlags.NONE };
      node.inject(trace.setSpanContext(ROOT_CONTEXT, spanContext));
    }
    expect(node.clock.counters).to.include({ liveDomains: 0, domainsDropped: 0, errors: 0 });
  });

  it('hold no more awaited replies than the limit, and who is given up is incomplete', () => {
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

  it('hold nothing more, where one span links to all of them', () => {
    const node = nodeReading('baggage', { maxDomains: FEW });
    const links: Link[] = [];
    for (let i = 1; i <= MANY; i++) {
      const context = trace.getSpanContext(extractOdd(node, messageOf(i)));
      if (context !== undefined) links.push({ context });
    }
    node.start('batch', ROOT_CONTEXT, { links }).span.end();
    expect(node.clock.counters).to.include({ liveDomains: 1, errors: 0 });
    expect(node.finished('batch').attributes['causality.vector']).to.equal(`${node.clock.node}=1`);
  });

  it('hold nothing, where only logs are written in them', () => {
    const node = new LoggingNode('victim', { maxDomains: FEW });
    for (let i = 1; i <= MANY; i++) {
      const spanContext = { traceId: traceId(i), spanId: SENDER, traceFlags: TraceFlags.SAMPLED, isRemote: true };
      node.log('hello', trace.setSpanContext(ROOT_CONTEXT, spanContext));
    }
    expect(node.clock.counters).to.include({ liveDomains: 0, errors: 0 });
  });

  it('hold a full store, where logs are written in what they brought', () => {
    const node = new LoggingNode('victim', { maxDomains: FEW });
    for (let i = 1; i <= MANY; i++) node.log('hello', node.extract(messageOf(i, { flags: '01' })));
    expect(node.clock.counters).to.include({ liveDomains: FEW, domainsDropped: MANY - FEW, errors: 0 });
  });

  for (const place of ['baggage', 'header'] as const) {
    it(`keep of each message the stamp, and not the headers that came with it (${place})`, async () => {
      const node = nodeReading(place, { maxDomains: MANY });
      const hostile = (number: number): Record<string, string> => {
        const { traceparent, baggage, ...rest } = messageOf(number, {
          flags: '01',
          vector: 'honest-node-1*1~honest-node-2*2',
        });
        const [name, stamp] = (baggage as string).split('=') as [string, string];
        const message = place === 'header' ? { ...rest, [name]: inOnePiece(stamp) } : rest;
        const own = `other=${'x'.repeat(8000)}`;
        return {
          ...message,
          // What a later version of it has to say is as long as its sender likes.
          traceparent: inOnePiece(`${(traceparent as string).replace('00-', 'cc-')}-${'y'.repeat(4000)}`),
          baggage: inOnePiece(place === 'header' ? own : `${own},${baggage}`),
        };
      };
      const handle = async (first: number, last: number): Promise<number> => {
        for (let i = first; i <= last; i++) {
          node.start('handle', extractOdd(node, hostile(i))).span.end();
          node.exporter.reset();
          if (i % FEW === 0) await new Promise((turned) => setImmediate(turned));
        }
        collectGarbage();
        const { heapUsed, arrayBuffers } = process.memoryUsage();
        return heapUsed + arrayBuffers;
      };
      const before = await handle(1, FEW);
      const growth = (await handle(FEW + 1, MANY)) - before;
      expect(node.clock.counters).to.include({ liveDomains: MANY, errors: 0, received: MANY });
      expect(growth / (MANY - FEW), 'bytes a trace').to.be.below(2000);
    });
  }

  it('hold one domain in process scope', () => {
    const node = nodeReading('baggage', { scope: 'process', trust: 'all' });
    for (let i = 1; i <= MANY; i++) node.start('handle', extractOdd(node, messageOf(i, { flags: '01' }))).span.end();
    expect(node.clock.counters).to.include({ liveDomains: 0, domainsDropped: 0, errors: 0 });
    expect(node.clock.counters.refused).to.deep.equal({ 'other-domain': MANY });
  });

  it('hold as many as the console exporter shows', () => {
    let printed = 0;
    const exporter = new CausalConsoleExporter({ print: () => printed++, colours: false });
    const before = printed;
    for (let i = 1; i <= MAX_LIVE_TRACES + FEW; i++) {
      const spanContext = (): { traceId: string; spanId: string } => ({ traceId: traceId(i), spanId: SENDER });
      const span = {
        name: 'endless',
        kind: 0,
        spanContext,
        parentSpanContext: { traceId: traceId(i), spanId: '1'.repeat(16), isRemote: false },
        startTime: [1_700_000_000, 0] as [number, number],
        endTime: [1_700_000_001, 0] as [number, number],
        status: { code: 0 },
        attributes: {},
        links: [],
        events: [],
        resource: { attributes: {} },
      };
      exporter.export([span], () => {});
    }
    // Each that had to go was printed, and none of the others.
    expect(printed - before).to.be.above(0);
    const perTrace = (printed - before) / FEW;
    expect(Number.isInteger(perTrace)).to.equal(true);
  });

  it('hold nothing, where a span context is not valid', () => {
    const node = nodeReading('baggage');
    node.inject(trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT));
    node.inject(trace.setSpanContext(ROOT_CONTEXT, { traceId: `${TRACE_ID}0`, spanId: SENDER, traceFlags: 1 }));
    extractOdd(node, { ...messageWith(stampText(), 'baggage'), traceparent: `00-${'0'.repeat(32)}-${SENDER}-01` });
    expect(node.clock.counters).to.include({ liveDomains: 0, errors: 0 });
  });
});
