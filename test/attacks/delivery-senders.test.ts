/** What strangers may send to a delivery buffer: each is refused and counted, and changes nothing else. */
import { expect } from 'chai';
import { MAX_COUNTER, MAX_FOREIGN_VECTOR_ENTRIES, MAX_FOREIGN_NODE_ID_LENGTH } from '../../src/clocks/limits.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { type BroadcastMessage, CausalDeliveryBuffer } from '../../src/delivery/index.js';
import { message } from '../support/broadcast-world.js';
import { expectInvalid } from '../support/invalid-value.js';

const vectorOfMany = (count: number, name = 'n'): VectorTimestamp =>
  VectorTimestamp.from(Array.from({ length: count }, (_, i) => [`${name}${i}`, 1] as const));

/** Refused for this reason, and nothing but the two counters is different. */
function expectRefused(buffer: CausalDeliveryBuffer, hostile: unknown, reason: string): void {
  const before = { state: JSON.stringify(buffer.snapshot()), missing: buffer.missing(), counters: buffer.counters };
  expect(buffer.receive(hostile as BroadcastMessage)).to.deep.equal({ outcome: 'refused', reason, delivered: [] });
  expect(JSON.stringify(buffer.snapshot())).to.equal(before.state);
  expect(buffer.missing()).to.deep.equal(before.missing);
  const { outcomes, refused } = before.counters;
  expect(buffer.counters).to.deep.equal({
    ...before.counters,
    outcomes: { ...outcomes, refused: outcomes.refused + 1 },
    refused: { ...refused, [reason]: (refused as Record<string, number>)[reason]! + 1 },
  });
}

describe('CausalDeliveryBuffer under attack', () => {
  it('counts a sender once, delivered or waiting, so that the last of 1,024 has room', () => {
    const many = MAX_FOREIGN_VECTOR_ENTRIES - 1;
    const later = { sender: 'n0', vector: VectorTimestamp.from([['n0', 3]]) };
    const buffer = new CausalDeliveryBuffer({ seen: vectorOfMany(many) });
    expect(buffer.receive(later).outcome).to.equal('waiting');
    const snapshot = { ...buffer.snapshot(), turnedAway: [['n0', 5]] };
    for (const one of [buffer, CausalDeliveryBuffer.restore(snapshot)]) {
      expect(one.receive(message('last', { last: 2 })).outcome).to.equal('waiting');
      expect(one.receive(message('one more', { 'one more': 1 }))).to.include({ reason: 'too-many-nodes' });
    }
  });

  it('keeps nothing turned away that was delivered before', () => {
    const snapshot = { ...new CausalDeliveryBuffer().snapshot(), seen: [['a', 5]], turnedAway: [['a', 5]] };
    expect(CausalDeliveryBuffer.restore(snapshot).snapshot().turnedAway).to.deep.equal([]);
    const missing = { ...snapshot, turnedAway: [['a', 6]] };
    expect(CausalDeliveryBuffer.restore(missing).snapshot().turnedAway).to.deep.equal([['a', 6]]);
  });

  it('refuses a snapshot with something that is no message among those that wait', () => {
    for (const waits of [null, 7, 'x', { sender: 'a', vector: null }, { sender: 'a', vector: 7 }]) {
      const snapshot = { ...new CausalDeliveryBuffer().snapshot(), waiting: [waits] };
      expectInvalid(() => CausalDeliveryBuffer.restore(snapshot), 'snapshot.waiting[0]');
    }
  });

  const { vector } = message('a', { a: 1 });
  const malformed: Readonly<Record<string, unknown>> = {
    nothing: undefined,
    null: null,
    'a text': 'a=1',
    'no sender': { vector },
    'no vector': { sender: 'a' },
    'an empty sender': { sender: '', vector },
    'a sender that is a number': { sender: 1, vector },
    'a sender that is too long': {
      sender: 'x'.repeat(MAX_FOREIGN_NODE_ID_LENGTH + 1),
      vector: VectorTimestamp.from([['x'.repeat(MAX_FOREIGN_NODE_ID_LENGTH + 1), 1]]),
    },
    'a vector without its sender': { sender: 'b', vector },
    'an empty vector': { sender: 'a', vector: VectorTimestamp.EMPTY },
    'a vector that is a record': { sender: 'a', vector: { a: 1 } },
    'a vector that is a text': { sender: 'a', vector: 'a=1' },
    'a counter of 0': { sender: 'a', vector: [['a', 0]] },
    'a counter that is no integer': { sender: 'a', vector: [['a', 1.5]] },
    'a counter beyond 2^48': { sender: 'a', vector: VectorTimestamp.from([['a', MAX_COUNTER + 1]]) },
    'another counter beyond 2^48': {
      sender: 'a',
      vector: VectorTimestamp.from([
        ['a', 1],
        ['b', MAX_COUNTER + 1],
      ]),
    },
    'a node twice': {
      sender: 'a',
      vector: [
        ['a', 1],
        ['a', 2],
      ],
    },
    'more nodes than a vector may name': { sender: 'n0', vector: vectorOfMany(MAX_FOREIGN_VECTOR_ENTRIES + 1) },
    'entries without an end': {
      sender: 'a',
      vector: {
        *[Symbol.iterator]() {
          for (let i = 1; ; i++) yield [`n${i}`, 1];
        },
      },
    },
    'getters that throw': {
      get sender(): string {
        throw new Error('hostile');
      },
    },
  };
  for (const [what, hostile] of Object.entries(malformed)) {
    it(`refuses ${what}`, () => {
      const buffer = new CausalDeliveryBuffer();
      buffer.receive(message('b', { b: 2 }));
      expectRefused(buffer, hostile, 'malformed');
    });
  }

  it('takes the longest name, the highest counter and the widest vector', () => {
    const name = 'x'.repeat(MAX_FOREIGN_NODE_ID_LENGTH);
    expect(new CausalDeliveryBuffer().receive(message(name, { [name]: 1 })).outcome).to.equal('delivered');
    const far = new CausalDeliveryBuffer();
    expect(far.receive(message('a', { a: MAX_COUNTER })).outcome).to.equal('waiting');
    expect(far.missing()).to.deep.equal([{ node: 'a', from: 1, to: MAX_COUNTER - 1 }]);
    const wide = new CausalDeliveryBuffer();
    expect(wide.receive({ sender: 'n0', vector: vectorOfMany(MAX_FOREIGN_VECTOR_ENTRIES) }).outcome).to.equal(
      'waiting',
    );
  });

  it('takes a vector of another copy of this package', () => {
    const foreign = {
      entries: [['a', 1]],
      *[Symbol.iterator]() {
        yield* this.entries;
      },
    };
    const buffer = new CausalDeliveryBuffer();
    expect(buffer.receive({ sender: 'a', vector: foreign as never }).outcome).to.equal('delivered');
  });

  it('refuses one that claims our id, or to have seen what we did not send', () => {
    const buffer = new CausalDeliveryBuffer({ node: 'me' });
    buffer.next();
    expectRefused(buffer, message('me', { me: 2 }), 'claims-our-id');
    expectRefused(buffer, message('a', { a: 1, me: 2 }), 'claims-our-id');
    expect(buffer.receive(message('a', { a: 1, me: 1 })).outcome).to.equal('delivered');
  });

  it('refuses a second message with the number of one that waits', () => {
    const buffer = new CausalDeliveryBuffer();
    buffer.receive(message('a', { a: 2 }));
    expectRefused(buffer, message('a', { a: 2, b: 1 }), 'contradictory');
  });

  it('is not moved by a replay of everything, in any order', () => {
    const buffer = new CausalDeliveryBuffer();
    const all = Array.from({ length: 50 }, (_, i) => message('a', { a: i + 1 }));
    for (const one of all) buffer.receive(one);
    const state = JSON.stringify(buffer.snapshot());
    for (const one of all.toReversed()) expect(buffer.receive(one).delivered).to.deep.equal([]);
    expect(JSON.stringify(buffer.snapshot())).to.equal(state);
    expect(buffer.counters.outcomes.duplicate).to.equal(50);
  });

  it('knows 1,024 senders and not one more, delivered or waiting', () => {
    const buffer = new CausalDeliveryBuffer();
    for (let i = 0; i < MAX_FOREIGN_VECTOR_ENTRIES; i++) {
      const { outcome } = buffer.receive(message(`s${i}`, { [`s${i}`]: i % 2 === 0 ? 1 : 2 }));
      expect(outcome).to.equal(i % 2 === 0 ? 'delivered' : 'waiting');
    }
    expectRefused(buffer, message('more', { more: 1 }), 'too-many-nodes');
    expectRefused(buffer, message('more', { more: 2 }), 'too-many-nodes');
    for (let i = 1; i < MAX_FOREIGN_VECTOR_ENTRIES; i += 2) {
      expect(buffer.receive(message(`s${i}`, { [`s${i}`]: 1 })).delivered.length).to.equal(2);
    }
    expect(buffer.seen.size).to.equal(MAX_FOREIGN_VECTOR_ENTRIES);
    expectRefused(buffer, message('more', { more: 1 }), 'too-many-nodes');
    expectInvalid(() => buffer.catchUp(message('more', { more: 1 }).vector), 'seen');
    expect(buffer.catchUp(message('s0', { s0: 7 }).vector)).to.deep.equal([]);
    expect(buffer.seen.get('s0')).to.equal(7);
  });

  it('counts senders that only wait when it catches up', () => {
    const buffer = new CausalDeliveryBuffer();
    for (const sender of ['n0', 'x', 'y']) buffer.receive(message(sender, { [sender]: 3 }));
    expectInvalid(() => buffer.catchUp(vectorOfMany(MAX_FOREIGN_VECTOR_ENTRIES - 1)), 'seen');
    expect(buffer.seen.size).to.equal(0);
    expect(buffer.catchUp(vectorOfMany(MAX_FOREIGN_VECTOR_ENTRIES - 2))).to.deep.equal([]);
    for (const sender of ['x', 'y']) {
      for (const tick of [1, 2]) buffer.receive(message(sender, { [sender]: tick }));
    }
    expect(buffer.seen.size).to.equal(MAX_FOREIGN_VECTOR_ENTRIES);
  });

  it('keeps a place for our own id only until others have taken it', () => {
    const full = new CausalDeliveryBuffer({ node: 'me', seen: vectorOfMany(MAX_FOREIGN_VECTOR_ENTRIES) });
    expectInvalid(() => full.next(), 'seen');
    const nearly = new CausalDeliveryBuffer({ node: 'me', seen: vectorOfMany(MAX_FOREIGN_VECTOR_ENTRIES - 1) });
    expect(nearly.next().size).to.equal(MAX_FOREIGN_VECTOR_ENTRIES);
    expect(nearly.next().get('me')).to.equal(2);
  });

  it('frees the place of a sender that is given up', () => {
    const buffer = new CausalDeliveryBuffer({ seen: vectorOfMany(MAX_FOREIGN_VECTOR_ENTRIES - 1) });
    expect(buffer.receive(message('a', { a: 2 })).outcome).to.equal('waiting');
    expectRefused(buffer, message('b', { b: 1 }), 'too-many-nodes');
    buffer.dropFrom('a');
    expect(buffer.receive(message('b', { b: 1 })).outcome).to.equal('delivered');
  });

  it('counts its own messages to 2^48 and no further', () => {
    const buffer = new CausalDeliveryBuffer({ node: 'me', seen: message('me', { me: MAX_COUNTER - 1 }).vector });
    expect(buffer.next().get('me')).to.equal(MAX_COUNTER);
    expectInvalid(() => buffer.next(), 'tick');
    expect(buffer.seen.get('me')).to.equal(MAX_COUNTER);
  });

  it('refuses to catch up with what is no vector, or with more of ours than we have sent', () => {
    const buffer = new CausalDeliveryBuffer({ node: 'me' });
    buffer.next();
    expectInvalid(() => buffer.catchUp('a=1' as never), 'seen');
    expectInvalid(() => buffer.catchUp(message('a', { a: 1, me: 2 }).vector), 'seen');
    expect(buffer.seen.toString()).to.equal('me=1');
    expect(buffer.catchUp(message('a', { a: 1, me: 1 }).vector)).to.deep.equal([]);
  });
});
