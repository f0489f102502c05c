import { expect } from 'chai';
import { givenStamp } from '../../src/clocks/causal-stamp.js';
import { KnownVector } from '../../src/clocks/known-vector.js';
import { Halves } from '../../src/clocks/ntp64-halves.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { Stamp } from '../../src/clocks/stamp.js';
import { VectorTable } from '../../src/clocks/vector-table.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';

const VECTOR = new KnownVector(new VectorTable(['a', 'b'], [3, 1]), 1, 7);
const madeWith = (hlc: Halves | undefined): Stamp => new Stamp('7b1d62f2c9e04a15', 'b', 7, 9, VECTOR, hlc, true, false);

describe('a stamp that an application is given', () => {
  it('says the same, with vector and time to work with', () => {
    const given = givenStamp(madeWith(new Halves(5, 0x8000_0000)));
    const { vector, hlc, ...others } = given;
    expect(others).to.deep.equal({
      domain: '7b1d62f2c9e04a15',
      node: 'b',
      tick: 7,
      lamport: 9,
      incomplete: true,
      hlcUnordered: false,
    });
    expect(vector).to.be.instanceOf(VectorTimestamp);
    expect(vector.toJSON()).to.deep.equal({ a: 3, b: 7 });
    expect(vector.table).to.equal(VECTOR.table);
    expect(hlc).to.be.instanceOf(Ntp64);
    expect(hlc?.toMillis()).to.equal(5500);
  });

  it('has no time where there is none', () => {
    expect(givenStamp(madeWith(undefined)).hlc).to.equal(undefined);
  });

  it('stays what it is, whoever gives it again', () => {
    const given = givenStamp(madeWith(new Halves(5, 0)));
    expect(givenStamp(given)).to.equal(given);
    // Another copy of this package, or an application, has a class of its own for vectors.
    const foreign = { ...given, vector: { ...given.vector, merge: () => given.vector } as unknown as VectorTimestamp };
    expect(givenStamp(foreign)).to.equal(foreign);
  });
});
