/** Against the set of everything that was handled. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { KeyVersions } from '../../src/delivery/key-versions.js';

const vectors = fc
  .dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.integer({ min: 1, max: 3 }), { minKeys: 1 })
  .map((record) => VectorTimestamp.from(Object.entries(record)));

function naiveVerdict(handled: readonly VectorTimestamp[], version: VectorTimestamp): string {
  const relations = new Set(handled.map((one) => version.compare(one)));
  if (relations.has('equal')) return 'duplicate';
  if (relations.has('before')) return 'stale';
  return relations.has('concurrent') ? 'concurrent' : 'fresh';
}

const vector = (entries: Record<string, number>): VectorTimestamp => VectorTimestamp.from(Object.entries(entries));

describe('KeyVersions', () => {
  it('counts the entries that it holds, and those that a version would add', () => {
    const versions = new KeyVersions();
    for (const version of [vector({ a: 1, b: 1 }), vector({ c: 1 }), vector({ d: 1, e: 1, f: 1 })])
      versions.add(version);
    expect(versions.entries).to.equal(6);
    versions.forgetOldest();
    expect(versions.entries).to.equal(6);
    expect(versions.growth(vector({ g: 1, h: 1 }))).to.equal(2);
    expect(versions.growth(vector({ c: 2 }))).to.equal(0);
    expect(versions.growth(vector({ c: 2, d: 1, e: 1, f: 1 }))).to.equal(0);
    expect(versions.growth(vector({ c: 1, g: 1 }))).to.equal(1);
  });

  it('includes another one that holds and has forgotten no more', () => {
    const of = (...all: VectorTimestamp[]): KeyVersions => {
      const made = new KeyVersions();
      for (const version of all) made.add(version);
      return made;
    };
    const two = of(vector({ a: 1 }), vector({ b: 1 }));
    for (const other of [of(), of(vector({ b: 1 })), two]) expect(two.includes(other)).to.equal(true);
    for (const other of [of(vector({ a: 2 })), of(vector({ c: 1 })), of(vector({ a: 1 }), vector({ c: 1 }))]) {
      expect(two.includes(other)).to.equal(false);
    }
    expect(of(vector({ a: 2 })).includes(of(vector({ a: 1 })))).to.equal(true);
    const forgetful = of(vector({ a: 1 }), vector({ b: 1 }));
    forgetful.forgetOldest();
    expect([two.includes(forgetful), forgetful.includes(two)]).to.deep.equal([false, false]);
    expect(forgetful.includes(forgetful)).to.equal(true);
    const past = of(vector({ a: 1 }));
    past.forgetPast();
    expect([of(vector({ a: 1 })).includes(past), past.includes(of(vector({ a: 1 })))]).to.deep.equal([false, true]);
    expect(past.includes(past)).to.equal(true);
  });

  it('answers as one who remembers everything', () => {
    fc.assert(
      fc.property(
        fc.array(vectors, { maxLength: 12 }),
        fc.array(vectors, { minLength: 1, maxLength: 5 }),
        (all, asked) => {
          const versions = new KeyVersions();
          for (const version of all) versions.add(version);
          for (const version of [...all, ...asked]) {
            const expected = naiveVerdict(all, version);
            const given = versions.verdict(version);
            // A handled version that was replaced is stale as well as a duplicate: only the latest are remembered.
            if (given === 'stale') expect(expected).to.be.oneOf(['stale', 'duplicate']);
            else expect(given).to.equal(expected);
            const latest = all.filter((one) => !all.some((other) => other.compare(one) === 'after'));
            const against = new Set(versions.concurrentWith(version).map(String));
            expect(against).to.deep.equal(
              new Set(latest.filter((one) => version.compare(one) === 'concurrent').map(String)),
            );
            const more = new KeyVersions();
            for (const one of [...all, version]) more.add(one);
            expect(versions.opensVersion(version)).to.equal(more.latest.length > versions.latest.length);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('calls nothing fresh that was handled, whatever it has forgotten', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(vectors, fc.boolean()), { maxLength: 12 }), vectors, (steps, asked) => {
        const versions = new KeyVersions();
        for (const [version, forgets] of steps) {
          versions.add(version);
          if (forgets) versions.forgetOldest();
        }
        const all = steps.map(([version]) => version);
        for (const version of all) expect(versions.verdict(version)).to.be.oneOf(['duplicate', 'stale', 'unknown']);
        const expected = naiveVerdict(all, asked);
        const given = versions.verdict(asked);
        if (given === 'fresh' || given === 'concurrent') expect(given).to.equal(expected);
        if (given === 'stale') expect(expected).to.be.oneOf(['stale', 'duplicate']);
      }),
      { numRuns: 500 },
    );
  });

  it('calls a version unknown that the union of forgotten ones includes, though none of them does', () => {
    const versions = new KeyVersions();
    versions.add(vector({ a: 1 }));
    versions.add(vector({ b: 1 }));
    versions.forgetOldest();
    versions.forgetOldest();
    versions.forgetOldest();
    expect(versions.latest).to.deep.equal([]);
    expect(versions.verdict(vector({ a: 1, b: 1 }))).to.equal('unknown');
    expect(versions.verdict(vector({ a: 1, c: 1 }))).to.equal('concurrent');
    expect(versions.verdict(vector({ a: 1, b: 1, c: 1 }))).to.equal('fresh');
  });

  it('is sure of nothing new once its past was forgotten', () => {
    const versions = new KeyVersions();
    versions.forgetPast();
    versions.add(vector({ a: 2 }));
    expect(versions.verdict(vector({ a: 2 }))).to.equal('duplicate');
    expect(versions.verdict(vector({ a: 1 }))).to.equal('stale');
    expect(versions.verdict(vector({ a: 3 }))).to.equal('unknown');
    expect(versions.verdict(vector({ b: 1 }))).to.equal('unknown');
  });
});
