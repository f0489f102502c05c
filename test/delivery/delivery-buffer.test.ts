/** Against the happens-before graph of random broadcasts; then by hand what an example says best. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalDeliveryBuffer } from '../../src/delivery/index.js';
import { BroadcastWorld, message, stepArbitrary } from '../support/broadcast-world.js';

describe('CausalDeliveryBuffer', () => {
  it('delivers all that can be delivered, in causal order, once, and names exactly the gaps', () => {
    fc.assert(
      fc.property(fc.array(stepArbitrary, { maxLength: 60 }), (steps) => {
        const world = new BroadcastWorld();
        for (const step of steps) {
          world.run(step);
          world.check();
        }
        world.flush();
        world.check();
        for (const { buffer, delivered } of world.nodes) {
          expect(delivered.length).to.equal(world.messages.length);
          expect(buffer.size).to.equal(0);
          expect(buffer.missing()).to.deep.equal([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('waits for the past of a message, says what is missing, and delivers the chain', () => {
    const buffer = new CausalDeliveryBuffer();
    const [question, answer, thanks] = [
      message('a', { a: 1 }),
      message('b', { a: 1, b: 1 }),
      message('a', { a: 2, b: 1 }),
    ] as const;
    expect(buffer.receive(thanks)).to.deep.equal({ outcome: 'waiting', delivered: [] });
    expect(buffer.missing()).to.deep.equal([
      { node: 'a', from: 1, to: 1 },
      { node: 'b', from: 1, to: 1 },
    ]);
    expect(buffer.receive(answer).outcome).to.equal('waiting');
    expect(buffer.missing()).to.deep.equal([{ node: 'a', from: 1, to: 1 }]);
    expect(buffer.size).to.equal(2);
    expect(buffer.receive(question)).to.deep.equal({ outcome: 'delivered', delivered: [question, answer, thanks] });
    expect(buffer.size).to.equal(0);
    expect(buffer.seen.toString()).to.equal('a=2,b=1');
    expect(buffer.counters.outcomes).to.deep.equal({ delivered: 1, waiting: 2, duplicate: 0, refused: 0 });
  });

  it('drops what was delivered and what waits already', () => {
    const buffer = new CausalDeliveryBuffer();
    buffer.receive(message('a', { a: 1 }));
    buffer.receive(message('a', { a: 3 }));
    for (const again of [message('a', { a: 1 }), message('a', { a: 3 })]) {
      expect(buffer.receive(again)).to.deep.equal({ outcome: 'duplicate', delivered: [] });
    }
    expect(buffer.size).to.equal(1);
    expect(buffer.counters.outcomes.duplicate).to.equal(2);
  });

  it('counts its own broadcasts as delivered to itself', () => {
    const buffer = new CausalDeliveryBuffer({ node: 'me' });
    expect(buffer.next().toString()).to.equal('me=1');
    buffer.receive(message('a', { a: 1, me: 1 }));
    expect(buffer.next().toString()).to.equal('a=1,me=2');
    expect(buffer.receive(message('me', { a: 1, me: 2 })).outcome).to.equal('duplicate');
  });

  it('starts a late joiner at a snapshot, to whom older messages are duplicates', () => {
    const old = new CausalDeliveryBuffer();
    old.receive(message('a', { a: 1 }));
    old.receive(message('b', { a: 1, b: 1 }));
    const late = new CausalDeliveryBuffer({ seen: old.seen });
    expect(late.receive(message('a', { a: 1 })).outcome).to.equal('duplicate');
    expect(late.receive(message('a', { a: 2, b: 1 })).outcome).to.equal('delivered');
  });

  it('catches up with a snapshot that arrives while messages wait', () => {
    const late = new CausalDeliveryBuffer();
    late.receive(message('a', { a: 5 }));
    late.receive(message('a', { a: 7 }));
    late.receive(message('a', { a: 8 }));
    late.receive(message('a', { a: 9 }));
    late.receive(message('b', { a: 8, b: 1 }));
    late.receive(message('c', { c: 2 }));
    const joined = late.catchUp(message('a', { a: 7 }).vector);
    expect(joined.map(({ vector }) => vector.toString())).to.have.members(['a=8', 'a=9', 'a=8,b=1']);
    expect(joined[0]?.vector.toString()).to.equal('a=8');
    expect(late.size).to.equal(1);
    expect(late.missing()).to.deep.equal([{ node: 'c', from: 1, to: 1 }]);
    expect(late.seen.toString()).to.equal('a=9,b=1');
    expect(late.catchUp(message('a', { a: 2 }).vector)).to.deep.equal([]);
    expect(late.seen.toString()).to.equal('a=9,b=1');
  });

  it('gives up a sender that is gone', () => {
    const buffer = new CausalDeliveryBuffer();
    const [second, third, other] = [
      message('a', { a: 2 }),
      message('a', { a: 3 }),
      message('b', { a: 2, b: 1 }),
    ] as const;
    for (const one of [second, third, other]) buffer.receive(one);
    expect(buffer.dropFrom('a')).to.deep.equal([second, third]);
    expect(buffer.size).to.equal(1);
    // What the other one has seen of it is still needed.
    expect(buffer.missing()).to.deep.equal([{ node: 'a', from: 1, to: 2 }]);
    expect(buffer.receive(message('a', { a: 1 })).delivered.length).to.equal(1);
    expect(buffer.receive(second).delivered).to.deep.equal([second, other]);
  });

  it('no longer names what it had no room for, once its sender is given up', () => {
    const buffer = new CausalDeliveryBuffer({ maxWaiting: 1 });
    for (const tick of [2, 4]) buffer.receive(message('a', { a: tick }));
    expect(buffer.missing().at(-1)).to.deep.equal({ node: 'a', from: 3, to: 4 });
    buffer.dropFrom('a');
    expect(buffer.missing()).to.deep.equal([]);
  });

  it('looks only at the messages that waited for a delivery', () => {
    const buffer = new CausalDeliveryBuffer();
    let looks = 0;
    const counted = (sender: string, entries: Record<string, number>) => {
      const { vector } = message(sender, entries);
      const at = vector.counterAt.bind(vector);
      Object.defineProperty(vector, 'counterAt', {
        value: (index: number) => {
          looks++;
          return at(index);
        },
      });
      return { sender, vector };
    };
    for (let tick = 2; tick <= 1001; tick++) buffer.receive(counted('slow', { slow: tick }));
    looks = 0;
    for (let tick = 1; tick <= 100; tick++) buffer.receive(message('quick', { quick: tick }));
    expect(looks).to.equal(0);
    expect(buffer.size).to.equal(1000);
    expect(buffer.receive(message('slow', { slow: 1 })).delivered.length).to.equal(1001);
  });
});
