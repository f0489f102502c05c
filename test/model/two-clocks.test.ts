/** Two clocks in one process: what each of them must not claim, as it cannot know what the other one hears and does. */
import { type Context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { givenStamp } from '../../src/clocks/causal-stamp.js';
import { type CausalStamp, compareStamps } from '../../src/clocks/stamp.js';
import { repliesOf } from '../../src/otel/clock-replies.js';
import type { CausalClock } from '../../src/otel/causal-clock.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { recordOf } from '../../src/otel/span-registry.js';
import { type Carrier, TestNode } from '../support/fleet.js';

function node(name: string): TestNode {
  const made = new TestNode(name);
  made.clock.messages.watchCarriers();
  return made;
}

type Started = ReturnType<TestNode['start']>;

function stampOf({ span }: Started, clock?: CausalClock): CausalStamp {
  const stamp = clock === undefined ? getCausalStamp(span) : recordOf(span.spanContext(), clock)?.start;
  if (stamp === undefined) throw new Error('the span is stamped');
  return givenStamp(stamp);
}

const serve = (server: TestNode, carrier: Carrier): Started =>
  server.start('handle', server.extract(carrier), { kind: SpanKind.SERVER });

/** What a node replies to a request, and who asked in the context of a span hears. */
function answer(server: TestNode, carrier: Carrier, clients: readonly TestNode[], { span }: Started): void {
  const text = repliesOf(server.clock).reply(carrier)?.text;
  for (const { clock } of clients) clock.messages.hearReply(span.spanContext().spanId, text);
}

describe('two clocks in one process', () => {
  it('that stamp the same span do not call what one of them hears concurrent with what the other stamps next', () => {
    const [one, other, orders] = [node('one'), node('other'), node('orders')];
    const tracer = new BasicTracerProvider({ spanProcessors: [one.processor, other.processor] }).getTracer('both');
    const start = (context: Context, kind?: SpanKind): Started => {
      const span = tracer.startSpan('work', kind === undefined ? {} : { kind }, context);
      return { span, context: trace.setSpan(context, span) };
    };
    const root = start(ROOT_CONTEXT);
    for (const sender of [one, other]) {
      const call = start(root.context, SpanKind.CLIENT);
      const carrier = sender.inject(call.context);
      const handled = serve(orders, carrier);
      answer(orders, carrier, [one, other], call);
      call.span.end();
      const afterwards = start(root.context);
      for (const { clock } of [one, other]) {
        expect(compareStamps(stampOf(handled), stampOf(afterwards, clock)), clock.node).to.be.oneOf([
          'before',
          'unknown',
        ]);
      }
    }
  });

  it('do not call what one hears in a span of the other concurrent with what the other stamps next', () => {
    const [one, other, orders] = [node('one'), node('other'), node('orders')];
    const root = one.start('root');
    const told = orders.start('told', orders.extract(one.inject(root.context)));
    const call = one.start('call', root.context, { kind: SpanKind.CLIENT });
    const carrier = other.inject(call.context);
    serve(orders, carrier);
    answer(orders, carrier, [one, other], call);
    expect(compareStamps(stampOf(told), stampOf(one.start('afterwards', root.context)))).to.equal('unknown');
  });

  const works: Record<string, (other: TestNode, received: Context) => CausalStamp> = {
    'a span': (other, received) => stampOf(other.start('work', received)),
    'a span with a link': (other, received) => {
      const context = trace.getSpanContext(received);
      if (context === undefined) throw new Error('the message has a sender');
      const { traceId, spanId, traceFlags } = context;
      const bare = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
      return stampOf(other.start('work', bare, { links: [{ context }] }));
    },
    'a request': (other, received) => {
      const called = node('called');
      return stampOf(serve(called, other.inject(received)));
    },
  };

  for (const isMerged of [false, true]) {
    for (const [what, work] of Object.entries(works)) {
      const when = isMerged ? 'after' : 'before';
      it(`do not reply for each other: ${what} of one, ${when} the other has merged the request`, () => {
        const [gateway, one, other] = [node('gateway'), node('one'), node('other')];
        const call = gateway.start('call', undefined, { kind: SpanKind.CLIENT });
        const carrier = gateway.inject(call.context);
        const received = one.extract(carrier);
        if (isMerged) one.start('handle', received, { kind: SpanKind.SERVER });
        const worked = work(other, received);
        answer(one, carrier, [gateway], call);
        expect(compareStamps(worked, stampOf(gateway.start('afterwards', call.context)))).to.equal('unknown');
      });
    }
  }
});
