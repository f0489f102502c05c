/** Getters that return numbers, arrays, objects: one text in an array is a text, everything else is no stamp. */
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { InvalidValueError } from '../../src/clocks/errors.js';
import { VectorClock } from '../../src/clocks/vector-clock.js';
import { readLogStamp } from '../../src/codec/log-stamps.js';
import { readSpanStamps } from '../../src/codec/span-stamps.js';
import { binary, ClockworkPropagator, CorrelationVectorPropagator, json, text } from '../../src/interop/index.js';
import { hearClientResponse, hearUndiciResponse } from '../../src/node/client-replies.js';
import { arrivalIn } from '../../src/otel/arrival.js';
import { TestNode } from '../support/fleet.js';
import {
  expectApplicationUntouched,
  expectNotTaken,
  expectTaken,
  extractOdd,
  messageWith,
  nodeReading,
  PLACES,
  SENDER,
  stampText,
  TRACE_ID,
  TRACEPARENT,
} from '../support/hostile-node.js';
import { oddGetter } from '../support/odd-carriers.js';

const NOT_TEXT: readonly (readonly [string, unknown])[] = [
  ['a number', 17],
  ['true', true],
  ['an object', { length: 1, 0: stampText() }],
  ['a function', () => stampText()],
  ['a symbol', Symbol('stamp')],
  ['a String object', Object(stampText()) as unknown],
  ['an array of a number', [17]],
  ['an array of an array', [[stampText()]]],
];

describe('attack: values that are no text', () => {
  for (const place of PLACES) {
    describe(`in the ${place}`, () => {
      let node: TestNode;
      beforeEach(() => {
        node = nodeReading(place);
      });

      it('an array of one is what HTTP libraries give', () => {
        expectTaken(node, messageWith([stampText()], place), 'a=4,b=2');
      });

      it('an array of several is none', () => {
        expectNotTaken(node, messageWith([stampText(), stampText()], place), 'duplicate');
        expectNotTaken(node, messageWith([stampText(), stampText({ lamport: '18' })], place), 'duplicate');
      });

      it('an empty array is no stamp', () => {
        const context = extractOdd(node, messageWith([], place));
        expectApplicationUntouched(context);
        expect(arrivalIn(context)?.stamp).to.equal(undefined);
      });

      for (const [name, value] of NOT_TEXT) {
        it(`${name} is none`, () => {
          const victim = nodeReading(place);
          const message = { traceparent: TRACEPARENT, tracestate: `causality=${SENDER}` };
          const context = extractOdd(victim, { ...message, [place === 'header' ? 'causality' : 'baggage']: value });
          expect(arrivalIn(context)).to.include({ stamp: undefined, hidden: 'mark-without-stamp' });
          expect(victim.clock.counters.refused).to.deep.equal({ 'not-text': 1 });
          expect(victim.clock.counters.liveDomains).to.equal(0);
        });
      }
    });
  }

  it('several stamps in one list are none', () => {
    const two = `${stampText()},causality=${stampText()}`;
    expectNotTaken(nodeReading('baggage'), messageWith(two, 'baggage'), 'duplicate');
    expectNotTaken(nodeReading('header'), messageWith(`${stampText()},${stampText()}`, 'header'), 'duplicate');
  });

  it('a tracestate that is not text leaves the stamp without a mark', () => {
    for (const tracestate of [17, {}, [17]]) {
      const node = nodeReading('header');
      const context = extractOdd(node, { traceparent: TRACEPARENT, tracestate, causality: stampText() });
      expect(arrivalIn(context)?.hidden).to.equal('stamp-without-mark');
    }
  });

  it('a carrier that is no object is an empty one', () => {
    for (const carrier of [undefined, null, 17, 'text', []]) {
      const node = nodeReading('baggage');
      expect(arrivalIn(extractOdd(node, carrier))).to.equal(undefined);
    }
  });

  describe('in other places', () => {
    for (const [name, value] of NOT_TEXT) {
      it(`${name} in the headers of other systems is refused, and no clock moves`, () => {
        const clockwork = new ClockworkPropagator({ vector: new VectorClock('me'), trust: 'all' });
        const correlation = new CorrelationVectorPropagator();
        const headers = { 'x-causality-vector': value, 'x-causality-lamport': value, 'ms-cv': value };
        for (const propagator of [clockwork, correlation]) {
          expect(propagator.extract(ROOT_CONTEXT, headers, oddGetter())).to.equal(ROOT_CONTEXT);
          expect(propagator.refused).to.equal(1);
        }
        expect(clockwork.vector.snapshot().size).to.equal(0);
      });

      it(`${name} as a header, a field or an envelope is the typed error`, () => {
        const decoders: readonly (() => unknown)[] = [
          () => text.extractVector({ 'x-causality-vector': value as string }),
          () => text.extractLamport({ 'x-causality-lamport': value as string }),
          () => binary.extractVector({ 'causality-vc': value }),
          () => binary.extractLamport({ 'causality-lc': value }),
          () => json.extract(value),
          () => json.extract({ _causality: value }),
          () => json.extract({ _causality: { vector: value, event_type: 't', event_id: 'i' } }),
          () => json.extract({ _causality: { vector: { a: value }, event_type: 't', event_id: 'i' } }),
          () => json.toEvent({ _causality: { vector: { a: 1 }, event_type: 't', event_id: value }, payload: [] }),
          () => json.toEvent({ _causality: { vector: { a: 1 }, event_type: 't', event_id: 'i' }, payload: value }),
        ];
        for (const [i, decode] of decoders.entries()) {
          // A number is what a counter is, and a list of them what a payload is.
          if ((i === 7 && name === 'a number') || (i === 9 && name === 'an array of a number')) continue;
          expect(decode, String(i)).to.throw(InvalidValueError);
        }
      });

      it(`${name} as a reply is a reply without a stamp`, () => {
        const hearings: readonly ((node: TestNode, traceparent: string) => void)[] = [
          ({ clock }, traceparent) =>
            hearClientResponse(clock, {
              request: { getHeader: () => traceparent },
              response: { rawHeaders: ['causality', value], headers: { causality: value } },
            } as never),
          ({ clock }, traceparent) =>
            hearUndiciResponse(clock, {
              request: { headers: ['traceparent', traceparent] },
              response: { statusCode: 200, headers: ['causality', value] },
            }),
        ];
        for (const hear of hearings) {
          const node = new TestNode('client');
          node.clock.messages.watchCarriers();
          const call = node.start('call', ROOT_CONTEXT, { kind: SpanKind.CLIENT });
          hear(node, node.inject(call.context)['traceparent'] as string);
          expect(node.clock.counters.incomplete).to.deep.equal({ 'reply-without-stamp': 1 });
          expect(node.clock.counters).to.include({ received: 0, errors: 0 });
        }
      });

      it(`${name} in an attribute is no stamp, or a lower bound of one`, () => {
        const good: Readonly<Record<string, unknown>> = {
          'causality.node': 'n',
          'causality.tick': 2,
          'causality.lamport': 3,
          'causality.vector': 'm=1,n=2',
          'causality.log.seq': 1,
        };
        for (const key of Object.keys(good)) {
          const attributes = { ...good, [key]: value };
          const stamps = readSpanStamps(TRACE_ID, attributes);
          const log = readLogStamp(TRACE_ID, attributes);
          const isCounter = typeof value === 'number' && /tick|lamport|seq/.test(key);
          if (key === 'causality.vector') {
            expect(stamps?.start).to.include({ incomplete: true });
            expect(stamps?.start.vector.get('m')).to.equal(0);
            expect(log?.incomplete).to.equal(true);
          } else if (!isCounter) {
            if (key !== 'causality.log.seq') expect(stamps, key).to.equal(undefined);
            expect(log, key).to.equal(undefined);
          }
        }
      });
    }
  });
});
