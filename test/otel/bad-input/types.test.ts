import { expect } from 'chai';
import { arrivalIn } from '../../../src/otel/arrival.js';
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
  TRACEPARENT,
} from '../../support/hostile-node.js';
import type { TestNode } from '../../support/fleet.js';

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

describe('bad input: types and arrays', () => {
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
});
