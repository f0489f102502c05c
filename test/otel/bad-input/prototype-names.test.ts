import { expect } from 'chai';
import { formatStamp, parseStamp } from '../../../src/codec/wire-text.js';
import { extractOdd, messageWith, nodeReading, PLACES, stampText } from '../../support/hostile-node.js';

const NAMES = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'prototype',
  'toString',
  'valueOf',
  '__defineGetter__',
  'then',
];

describe('bad input: names that are special in JavaScript', () => {
  for (const place of PLACES) {
    for (const name of NAMES) {
      it(`${name} in the ${place} is an ordinary node`, () => {
        const node = nodeReading(place);
        const context = extractOdd(node, messageWith(stampText({ vector: `${name}*3` }), place));
        node.start('handle', context).span.end();
        const vector = node.finished('handle').attributes['causality.vector'] as string;
        expect(vector.split(',')).to.have.members([`${name}=3`, `${node.clock.node}=1`]);
        expect(node.inject(context)[place === 'header' ? 'causality' : 'baggage']).to.include(`${name}*3`);
      });
    }
  }

  it('changes no prototype', () => {
    const before = JSON.stringify(
      [Object.prototype, Array.prototype, Function.prototype].map(Reflect.ownKeys).map((keys) => keys.map(String)),
    );
    const stamp = parseStamp(
      stampText({
        vector: [...NAMES]
          .sort()
          .map((name, i) => `${name}*${i + 1}`)
          .join('~'),
      }),
    );
    expect(JSON.parse(JSON.stringify(stamp.vector))).to.have.own.property('__proto__', 2);
    expect(formatStamp(stamp)).to.include('__proto__*2');
    expect(stamp.vector.get('isPrototypeOf')).to.equal(0);
    expect(stamp.vector.get('__lookupGetter__')).to.equal(0);
    const after = JSON.stringify(
      [Object.prototype, Array.prototype, Function.prototype].map(Reflect.ownKeys).map((keys) => keys.map(String)),
    );
    expect(after).to.equal(before);
    expect(({} as Record<string, unknown>)['3']).to.equal(undefined);
  });
});
