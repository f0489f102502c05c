/** Carriers whose accessors throw, and getters, setters, callbacks, clocks and loggers: nothing of it reaches the application. */
import {
  type Context,
  defaultTextMapSetter,
  diag,
  DiagLogLevel,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
import { W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { expect } from 'chai';
import { VectorClock } from '../../src/clocks/vector-clock.js';
import { CausalDeduplicator, CausalDeliveryBuffer } from '../../src/delivery/index.js';
import {
  ClockworkPropagator,
  CorrelationVectorPropagator,
  CorrelationVectorSpanProcessor,
} from '../../src/interop/index.js';
import { CausalityLogRecordProcessor } from '../../src/logs/log-record-processor.js';
import { headerIn, parentSpanIn } from '../../src/node/outgoing-parent.js';
import { arrivalIn } from '../../src/otel/arrival.js';
import { CausalTimestampExporter } from '../../src/otel/causal-timestamp-exporter.js';
import { installFetchReplies } from '../../src/otel/fetch-replies.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { manualReplies } from '../../src/otel/manual-replies.js';
import { type Carrier, TestNode } from '../support/fleet.js';
import {
  expectApplicationUntouched,
  extractOdd,
  messageWith,
  nodeReading,
  PLACES,
  SENDER,
  stampText,
  TRACE_ID,
} from '../support/hostile-node.js';
import { oddGetter, RecordingSetter, throwingPropagator } from '../support/odd-carriers.js';

const fail = (): never => {
  throw new Error('broken on purpose');
};

/** A span with the application's own baggage around it. */
function calling(node: TestNode): { span: Span; context: Context } {
  const call = node.start('call', undefined, { kind: SpanKind.CLIENT });
  const baggage = propagation.createBaggage({ user: { value: 'alice' }, tier: { value: 'gold' } });
  return { span: call.span, context: propagation.setBaggage(call.context, baggage) };
}

describe('attack: carriers, getters and other parts of the host that throw', () => {
  for (const place of PLACES) {
    describe(`with the ${place} carrier`, () => {
      for (const key of ['traceparent', 'tracestate', 'baggage', 'causality']) {
        it(`a getter that throws at ${key}`, () => {
          const node = nodeReading(place);
          const message = messageWith(stampText(), place);
          const extract = (): Context =>
            node.propagator.extract(
              ROOT_CONTEXT,
              message,
              oddGetter((asked) => asked === key),
            );
          expect(extract).not.to.throw();
          // The wrapped propagators get what they would have got without us.
          const plain = new W3CBaggagePropagator();
          const baggage = propagation.getBaggage(extract())?.getEntry('user')?.value;
          if (key === 'baggage')
            expect(() =>
              plain.extract(
                ROOT_CONTEXT,
                message,
                oddGetter((asked) => asked === key),
              ),
            ).to.throw();
          else expect(baggage).to.equal('alice');
          if (key === 'causality') expect(trace.getSpanContext(extract())?.spanId).to.equal(SENDER);
        });

        it(`a setter that throws at ${key}`, () => {
          const node = nodeReading(place);
          const setter = new RecordingSetter((asked) => asked === key);
          const carrier = {};
          expect(() => node.propagator.inject(calling(node).context, carrier, setter)).not.to.throw();
          const written = setter.sets.map(([name]) => name);
          const expected = ['traceparent', 'tracestate', 'baggage', ...(place === 'header' ? ['causality'] : [])];
          expect(written).to.have.members(expected.filter((name) => name !== key));
          if (expected.includes(key)) expect(node.clock.counters.errors).to.equal(1);
        });
      }

      it('a getter and a setter that always throw', () => {
        const node = nodeReading(place);
        const context = node.propagator.extract(ROOT_CONTEXT, {}, { get: fail, keys: fail });
        expect(context).to.equal(ROOT_CONTEXT);
        expect(() => node.propagator.inject(calling(node).context, {}, { set: fail })).not.to.throw();
        expect(node.clock.counters.errors).to.be.greaterThan(1);
      });

      it('a carrier that throws at everything', () => {
        const carrier = new Proxy(
          {},
          { get: fail, set: fail, has: fail, ownKeys: fail, getOwnPropertyDescriptor: fail },
        );
        const node = nodeReading(place);
        expect(node.extract(carrier)).to.equal(ROOT_CONTEXT);
        expect(() => node.propagator.inject(calling(node).context, carrier, defaultTextMapSetter)).not.to.throw();
      });

      it('a frozen carrier', () => {
        const node = nodeReading(place);
        expect(() =>
          node.propagator.inject(calling(node).context, Object.freeze({}), defaultTextMapSetter),
        ).not.to.throw();
      });

      it('an array that throws when it is looked through', () => {
        const array = new Proxy([stampText()], {
          get: (target, key) => (key === 'every' || key === 'join' ? fail() : (Reflect.get(target, key) as unknown)),
        });
        const node = nodeReading(place);
        expect(() => extractOdd(node, { ...messageWith('x', place), causality: array, baggage: array })).not.to.throw();
      });

      it('a wrapped propagator that throws, before, between or behind the others', () => {
        const [context, baggage] = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()];
        for (const propagators of [
          [throwingPropagator, context, baggage],
          [context, throwingPropagator, baggage],
          [context, baggage, throwingPropagator],
        ] as TextMapPropagator[][]) {
          const node = nodeReading(place, { propagator: { propagators } });
          const received = extractOdd(node, messageWith(stampText(), place));
          expectApplicationUntouched(received);
          expect(arrivalIn(received)?.stamp).not.to.equal(undefined);
          const carrier = node.inject(calling(node).context);
          expect(carrier['baggage']).to.match(/^user=alice,tier=gold/);
          expect(carrier[place === 'header' ? 'causality' : 'baggage']).to.include('1!');
          expect(node.propagator.fields()).to.include.members(['traceparent', 'tracestate', 'baggage']);
          expect(node.clock.counters.errors).to.equal(3);
        }
      });

      it('a wrapped propagator that gives no context', () => {
        const broken = {
          ...throwingPropagator,
          extract: () => undefined as unknown as Context,
          inject: () => undefined,
        };
        const node = nodeReading(place, {
          propagator: { propagators: [new W3CTraceContextPropagator(), broken, new W3CBaggagePropagator()] },
        });
        expectApplicationUntouched(extractOdd(node, messageWith(stampText(), place)));
      });

      it('a trust function: the stamp is not trusted', () => {
        const node = nodeReading(place, { trust: fail });
        const received = extractOdd(node, messageWith(stampText(), place));
        expectApplicationUntouched(received);
        expect(arrivalIn(received)).to.include({ stamp: undefined, hidden: 'mark-without-stamp' });
        expect(node.clock.counters).to.deep.include({ errors: 1, refused: { untrusted: 1 } });
      });

      it('a propagateTo function: the target gets the mark alone', () => {
        const node = nodeReading(place, { propagator: { propagateTo: fail } });
        const { span, context } = calling(node);
        expect(node.inject(context)).to.deep.equal({
          traceparent: `00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`,
          tracestate: `causality=${span.spanContext().spanId}`,
          baggage: 'user=alice,tier=gold',
        });
        expect(node.clock.counters.errors).to.equal(1);
      });
    });
  }

  it('a clock that throws, or says nonsense: spans are stamped in order', () => {
    for (const now of [
      fail,
      () => Number.NaN,
      () => Number.POSITIVE_INFINITY,
      () => -1e30,
      () => undefined as unknown as number,
      () => 'now' as unknown as number,
    ]) {
      const node = new TestNode('clockless', { now, attributes: 'full' });
      const outer = node.start('outer', extractOdd(node, messageWith(stampText(), 'baggage')));
      const inner = node.start('inner', outer.context);
      expect(() => node.inject(inner.context)).not.to.throw();
      inner.span.end();
      outer.span.end();
      expect(node.finished('inner').attributes).to.include({ 'causality.tick': 2, 'causality.end.tick': 3 });
      expect(node.finished('outer').attributes['causality.end.lamport']).to.equal(21);
      const later = node.finished('outer').attributes['causality.end.hlc'] as string;
      expect(later > (node.finished('inner').attributes['causality.end.hlc'] as string), later).to.equal(true);
    }
  });

  it('a diag logger', () => {
    let broken = false;
    const log = (): void => {
      if (broken) fail();
    };
    diag.setLogger({ error: log, warn: log, info: log, debug: log, verbose: log }, DiagLogLevel.ALL);
    // Setting a logger logs: it breaks only then.
    broken = true;
    try {
      expect(() => diag.warn('x'), 'the logger is in place').to.throw('on purpose');
      const node = nodeReading('baggage', { now: fail });
      expectApplicationUntouched(extractOdd(node, messageWith('broken', 'baggage')));
      const message = messageWith(stampText({ hlc: 'ffffffffffffffff' }), 'baggage');
      node.start('handle', extractOdd(node, message)).span.end();
      expect(node.finished('handle').attributes['causality.tick']).to.equal(1);

      const clockwork = new ClockworkPropagator({ vector: new VectorClock('me'), trust: 'all' });
      const correlation = new CorrelationVectorPropagator();
      const headers = { 'x-causality-vector': 17, 'ms-cv': 17 };
      for (const other of [clockwork, correlation]) {
        expect(other.extract(ROOT_CONTEXT, headers, oddGetter())).to.equal(ROOT_CONTEXT);
        expect(other.refused).to.equal(1);
      }
      const processor = new CorrelationVectorSpanProcessor();
      expect(() => processor.onStart({ setAttribute: fail, spanContext: fail } as never, ROOT_CONTEXT)).not.to.throw();
      let exported: readonly unknown[] = [];
      const exporter = new CausalTimestampExporter({
        export: (spans) => (exported = spans),
        shutdown: () => Promise.resolve(),
      });
      const span = { spanContext: fail } as never;
      expect(() => exporter.export([span], () => {})).not.to.throw();
      expect(exported).to.deep.equal([span]);
    } finally {
      broken = false;
      diag.disable();
    }
  });

  it('an error that cannot be shown', () => {
    const unprintable = {
      toString: fail,
      get message(): string {
        return fail();
      },
    };
    const node = nodeReading('baggage', {
      trust: () => {
        throw unprintable;
      },
    });
    expectApplicationUntouched(extractOdd(node, messageWith(stampText(), 'baggage')));
    expect(node.clock.counters.errors).to.equal(1);
  });

  it('a span that throws when it is written to, whose start is still the cause of what follows', () => {
    const node = new TestNode('host');
    // A span that this clock has not stamped yet: it takes none twice.
    const { span, context } = new TestNode('elsewhere').start('outer');
    const processor = node.processor;
    const broken = new Proxy(span, {
      get: (target, key) => (key === 'setAttribute' ? fail : (Reflect.get(target, key) as unknown)),
    });
    expect(() => processor.onStart(broken, context)).not.to.throw();
    expect(() => processor.onEnding(broken)).not.to.throw();
    expect(node.clock.counters.errors).to.equal(2);
  });

  it('things that are neither span nor context', () => {
    for (const thing of [
      undefined,
      null,
      17,
      'text',
      {},
      [],
      { spanContext: fail },
      { spanContext: () => undefined },
      new Proxy({}, { has: fail, get: fail }),
    ]) {
      expect(getCausalStamp(thing as never)).to.equal(undefined);
    }
    const node = new TestNode('host');
    for (const thing of [undefined, null, {}, { spanContext: fail }, { spanContext: () => undefined }]) {
      expect(() => node.processor.onStart(thing as never, ROOT_CONTEXT)).not.to.throw();
      expect(() => node.processor.onEnding(thing as never)).not.to.throw();
      expect(() => node.processor.onEnd(thing as never)).not.to.throw();
    }
  });

  it('a context whose span nobody stamped: there is nothing to say', () => {
    const carrier: Carrier = new TestNode('sender').inject(
      trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE_ID, spanId: SENDER, traceFlags: 1 }),
    );
    expect(carrier).to.deep.equal({ traceparent: `00-${TRACE_ID}-${SENDER}-01` });
  });

  describe('everywhere else that is handed something of the host', () => {
    /** Throws whatever is asked of it. */
    const hostile = (): object =>
      new Proxy(() => fail(), {
        get: fail,
        set: fail,
        has: fail,
        ownKeys: fail,
        getOwnPropertyDescriptor: fail,
        getPrototypeOf: fail,
        apply: fail,
      });

    for (const [name, made] of [
      [
        'the ClockworkPropagator',
        () => new ClockworkPropagator({ vector: new VectorClock('me'), trust: () => fail() }),
      ],
      ['the CorrelationVectorPropagator', () => new CorrelationVectorPropagator({ version: '3.0' })],
    ] as const) {
      it(`${name}: counted, and the context comes back as it was`, () => {
        const propagator = made();
        const getters = [
          { get: fail, keys: fail },
          { get: () => undefined, keys: fail },
          { get: () => 'x', keys: () => [] },
        ];
        for (const getter of getters) expect(propagator.extract(ROOT_CONTEXT, {}, getter)).to.equal(ROOT_CONTEXT);
        expect(propagator.extract(ROOT_CONTEXT, hostile(), oddGetter())).to.equal(ROOT_CONTEXT);
        const refused = propagator.refused;
        expect(refused).to.equal(4);
        expect(() => propagator.inject(ROOT_CONTEXT, {}, { set: fail })).not.to.throw();
        expect(() => propagator.inject(ROOT_CONTEXT, hostile(), defaultTextMapSetter)).not.to.throw();
        expect(propagator.refused).to.equal(refused + 2);
      });
    }

    it('the correlation vector processor', () => {
      const processor = new CorrelationVectorSpanProcessor();
      expect(() => processor.onStart(hostile() as never, ROOT_CONTEXT)).not.to.throw();
      expect(() => processor.onStart({ setAttribute: fail, spanContext: fail } as never, ROOT_CONTEXT)).not.to.throw();
    });

    it('the log processor', () => {
      const node = new TestNode('host');
      const processor = new CausalityLogRecordProcessor({ clock: node.clock });
      const { context } = node.start('work');
      expect(() => processor.onEmit(hostile() as never, context)).not.to.throw();
      expect(() => processor.onEmit({ setAttribute: fail }, context)).not.to.throw();
      expect(() => processor.onEmit({ setAttribute: fail }, hostile() as never)).not.to.throw();
      expect(node.clock.counters.errors).to.equal(3);
    });

    it('replies by hand', () => {
      const node = new TestNode('host');
      const replies = manualReplies({ clock: node.clock });
      expect(replies.give(hostile())).to.equal(undefined);
      expect(() => replies.take(hostile() as never, 'text')).not.to.throw();
      expect(() => replies.take(null as never, 'text')).not.to.throw();
      expect(node.clock.counters.errors).to.be.at.least(2);
    });

    it('fetch, whose arguments and answers are the application\u2019s', async () => {
      const node = new TestNode('page');
      const host = globalThis as { fetch?: unknown };
      const original = host.fetch;
      const answers: readonly unknown[] = [undefined, null, hostile, { headers: { get: fail } }, 17, 'untouched'];
      const waiting = answers.slice();
      host.fetch = () => Promise.resolve(waiting.shift());
      const uninstall = installFetchReplies({ clock: node.clock });
      try {
        const listening = host.fetch as unknown as (input: unknown, init?: unknown) => Promise<unknown>;
        const headers = { traceparent: `00-${TRACE_ID}-${SENDER}-01` };
        for (const answer of answers.slice(0, -1)) expect(await listening('x', { headers })).to.equal(answer);
        expect(await listening(hostile(), hostile())).to.equal('untouched');
        expect(node.clock.counters.errors).to.be.above(0);
      } finally {
        uninstall();
        host.fetch = original;
      }
    });

    it('the readers of outgoing headers', () => {
      for (const value of [hostile(), 17, null, [], {}, [17], Symbol('x')]) {
        expect(parentSpanIn(value)).to.equal(undefined);
      }
      expect(headerIn(['traceparent'], 'traceparent')).to.equal(undefined);
      expect(headerIn([17, {}, null, null], 'traceparent')).to.equal(undefined);
    });

    it('messages to a deduplicator and a delivery buffer', () => {
      const message = hostile() as never;
      expect(new CausalDeduplicator().handled(message)).to.include({ verdict: 'refused', reason: 'malformed' });
      expect(new CausalDeliveryBuffer().receive(message)).to.include({ outcome: 'refused', reason: 'malformed' });
    });
  });
});
