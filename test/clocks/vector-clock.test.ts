import { expect } from 'chai';
import * as fc from 'fast-check';
import { MAX_FOREIGN_COUNTER, MAX_FOREIGN_VECTOR_ENTRIES } from '../../src/clocks/limits.js';
import { inverseRelation } from '../../src/clocks/relation.js';
import { VectorClock } from '../../src/clocks/vector-clock.js';
import { type Relation, VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { expectInvalid } from '../support/invalid-value.js';

describe('VectorClock', () => {
  it('counts its own events and nobody else’s', () => {
    const clock = new VectorClock('a', ['b']);
    expect(clock.get('a')).to.equal(0);
    expect([clock.tick(), clock.tick()]).to.deep.equal([1, 2]);
    expect(clock.get('a')).to.equal(2);
    expect(clock.get('b')).to.equal(0);
    expect(clock.get('never heard of')).to.equal(0);
  });

  it('ticks on send and returns a value that later events leave alone', () => {
    const clock = new VectorClock('a');
    const sent = clock.send();
    clock.tick();
    expect(sent.toString()).to.equal('a=1');
    expect(clock.snapshot().toString()).to.equal('a=2');
  });

  it('takes the maximum of each entry on receive, then ticks', () => {
    const clock = new VectorClock('b');
    clock.receive(
      VectorTimestamp.from([
        ['a', 3],
        ['b', 0 + 1],
        ['c', 5],
      ]),
    );
    expect(clock.snapshot().toString()).to.equal('a=3,b=2,c=5');
    clock.receive(
      VectorTimestamp.from([
        ['a', 1],
        ['c', 9],
      ]),
    );
    expect(clock.snapshot().toString()).to.equal('a=3,b=3,c=9');
    clock.receive(VectorTimestamp.EMPTY);
    expect(clock.snapshot().toString()).to.equal('a=3,b=4,c=9');
  });

  it('merges without ticking, from a clock or a timestamp', () => {
    const a = new VectorClock('a');
    const b = new VectorClock('b');
    a.tick();
    b.tick();
    a.merge(b);
    expect(a.snapshot().toString()).to.equal('a=1,b=1');
    a.merge(VectorTimestamp.from([['c', 2]]));
    expect(a.snapshot().toString()).to.equal('a=1,b=1,c=2');
    expect(b.snapshot().toString()).to.equal('b=1');
  });

  it('prints what like-a-clockwork prints, zeros of the peers included, and snapshots without them', () => {
    const clock = new VectorClock('order-service', ['payment-service', 'api']);
    expect(String(clock)).to.equal('api=0,order-service=0,payment-service=0');
    expect(String(clock.snapshot())).to.equal('');
    expect(String(new VectorClock('a'))).to.equal('a=0');
    clock.tick();
    expect(String(clock)).to.equal('api=0,order-service=1,payment-service=0');
    clock.receive(
      VectorTimestamp.from([
        ['payment-service', 4],
        ['zoo', 1],
      ]),
    );
    expect(String(clock)).to.equal('api=0,order-service=2,payment-service=4,zoo=1');
    expect(String(clock.snapshot())).to.equal('order-service=2,payment-service=4,zoo=1');
  });

  it('tells the four relations apart, and their inverses', () => {
    const a = new VectorClock('a', ['b']);
    const b = new VectorClock('b', ['a']);
    expect(a.relation(b)).to.equal('equal');
    a.tick();
    b.tick();
    expect(a.relation(b)).to.equal('concurrent');
    b.receive(a.send());
    expect(a.relation(b)).to.equal('before');
    expect(b.relation(a)).to.equal('after');
    expect(b.relation(a.snapshot())).to.equal('after');
    const inverses: Record<Relation, Relation> = {
      before: 'after',
      after: 'before',
      concurrent: 'concurrent',
      equal: 'equal',
    };
    for (const relation of Object.keys(inverses) as Relation[]) {
      expect(inverseRelation(relation)).to.equal(inverses[relation]);
    }
  });

  it('orders a chain of three and a fork that joins', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((id) => new VectorClock(id)) as [VectorClock, VectorClock, VectorClock];
    const start = a.send();
    b.receive(start);
    c.receive(start);
    const left = b.send();
    const right = c.send();
    expect(left.compare(right)).to.equal('concurrent');
    a.receive(left);
    a.receive(right);
    for (const earlier of [start, left, right]) expect(earlier.compare(a.snapshot())).to.equal('before');
  });

  it('answers happens-before exactly, against the recorded causal graph of any exchange', () => {
    const step = fc.record({ at: fc.nat(3), kind: fc.constantFrom('tick', 'send', 'receive'), pick: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const clocks = ['a', 'b', 'c', 'd'].map((id) => new VectorClock(id));
        // The past of each event as the set of event numbers, itself included: no vectors here.
        const pasts: Set<number>[] = [];
        const stamps: VectorTimestamp[] = [];
        const lastOf: (number | undefined)[] = [];
        const messages: number[] = [];
        for (const { at, kind, pick } of steps) {
          const clock = clocks[at] as VectorClock;
          const event = pasts.length;
          const past = new Set<number>(lastOf[at] === undefined ? [] : pasts[lastOf[at]]);
          if (kind === 'receive' && messages.length > 0) {
            const message = messages[pick % messages.length] as number;
            for (const cause of pasts[message] as Set<number>) past.add(cause);
            clock.receive(stamps[message] as VectorTimestamp);
          } else if (kind === 'send') {
            clock.send();
            messages.push(event);
          } else {
            clock.tick();
          }
          pasts.push(past.add(event));
          stamps.push(clock.snapshot());
          lastOf[at] = event;
        }
        stamps.forEach((left, i) => {
          stamps.forEach((right, j) => {
            const before = i !== j && pasts[j]?.has(i) === true;
            const after = i !== j && pasts[i]?.has(j) === true;
            const truth = i === j ? 'equal' : before ? 'before' : after ? 'after' : 'concurrent';
            expect(left.compare(right)).to.equal(truth);
          });
        });
      }),
      { numRuns: 60 },
    );
  });

  it('refuses illegal ids and peers', () => {
    for (const id of ['', 'a=b', 'a,b', 'x'.repeat(257), 3 as unknown as string]) {
      expectInvalid(() => new VectorClock(id), 'nodeId');
      expectInvalid(() => new VectorClock('me', [id]), 'peers');
    }
    expectInvalid(() => new VectorClock('me', ['you', 'me']), 'peers');
    expectInvalid(() => new VectorClock('me', ['you', 'you']), 'peers');
    const names = Array.from({ length: MAX_FOREIGN_VECTOR_ENTRIES }, (_, i) => `n${i}`);
    expect(expectInvalid(() => new VectorClock('me', names), 'peers').expected).to.equal('at most 1023 nodes');
    expect(String(new VectorClock('me', names.slice(1)))).to.include('me=0,n1=0');
  });

  it('hears of 1,024 nodes, and refuses the next without any change', () => {
    const others = Array.from({ length: MAX_FOREIGN_VECTOR_ENTRIES - 1 }, (_, i) => [`n${i}`, 1] as const);
    const clock = new VectorClock('me');
    clock.receive(VectorTimestamp.from(others));
    expect(clock.snapshot().size).to.equal(MAX_FOREIGN_VECTOR_ENTRIES);
    const before = clock.snapshot();
    expectInvalid(() => clock.receive(VectorTimestamp.from([['one more', 1]])), 'vector');
    expectInvalid(() => clock.merge(VectorTimestamp.from([['one more', 1]])), 'vector');
    expect(clock.snapshot()).to.equal(before);
    const fresh = new VectorClock('me');
    expectInvalid(() => fresh.merge(VectorTimestamp.from([...others, ['one more', 1]])), 'vector');
    expect(fresh.snapshot().size).to.equal(0);
  });

  it('refuses to count beyond 2^53-1 without any change', () => {
    const clock = new VectorClock('a');
    clock.merge(VectorTimestamp.from([['a', MAX_FOREIGN_COUNTER - 1]]));
    expect(clock.tick()).to.equal(MAX_FOREIGN_COUNTER);
    expectInvalid(() => clock.tick(), 'vector');
    expectInvalid(() => clock.receive(VectorTimestamp.from([['b', 1]])), 'vector');
    expect(String(clock.snapshot())).to.equal(`a=${MAX_FOREIGN_COUNTER}`);
  });

  it('treats __proto__ and constructor as names like any other', () => {
    const clock = new VectorClock('__proto__', ['constructor']);
    clock.receive(VectorTimestamp.from([['constructor', 2]]));
    expect(String(clock)).to.equal('__proto__=1,constructor=2');
    expect(clock.get('toString')).to.equal(0);
  });
});
