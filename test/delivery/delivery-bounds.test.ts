/** The limits of a delivery buffer from both sides, and its snapshots. */
import { expect } from 'chai';
import { HIGHEST_WAITING_MESSAGES, MAX_FOREIGN_VECTOR_ENTRIES, MAX_HELD_ENTRIES } from '../../src/clocks/limits.js';
import { type BroadcastMessage, CausalDeliveryBuffer, VectorTimestamp } from '../../src/delivery/index.js';
import { message } from '../support/broadcast-world.js';
import { expectInvalid } from '../support/invalid-value.js';

const waitingFor = (buffer: CausalDeliveryBuffer): string[] =>
  buffer.snapshot().waiting.map(({ vector }) => vector.toString());

describe('the bounds of CausalDeliveryBuffer', () => {
  it('rejects what has to wait when as many wait already, and names it as missing', () => {
    const buffer = new CausalDeliveryBuffer({ maxWaiting: 2 });
    expect(buffer.receive(message('a', { a: 3 })).outcome).to.equal('waiting');
    expect(buffer.receive(message('a', { a: 4 })).outcome).to.equal('waiting');
    expect(buffer.receive(message('a', { a: 6 }))).to.deep.equal({ outcome: 'refused', reason: 'full', delivered: [] });
    expect(buffer.receive(message('a', { a: 5 })).reason).to.equal('full');
    expect(buffer.size).to.equal(2);
    expect(buffer.missing()).to.deep.equal([
      { node: 'a', from: 1, to: 2 },
      { node: 'a', from: 5, to: 6 },
    ]);
    expect(buffer.counters.refused.full).to.equal(2);
    expect(buffer.counters.dropped).to.equal(0);
  });

  it('delivers what has not to wait however full it is', () => {
    const buffer = new CausalDeliveryBuffer({ maxWaiting: 1 });
    buffer.receive(message('a', { a: 2 }));
    expect(buffer.receive(message('b', { b: 1 })).outcome).to.equal('delivered');
    expect(buffer.receive(message('b', { b: 3 })).reason).to.equal('full');
    expect(buffer.receive(message('b', { b: 2 })).outcome).to.equal('delivered');
    expect(buffer.missing()).to.deep.equal([
      { node: 'a', from: 1, to: 1 },
      { node: 'b', from: 3, to: 3 },
    ]);
    expect(buffer.receive(message('b', { b: 3 })).outcome).to.equal('delivered');
    expect(buffer.missing()).to.deep.equal([{ node: 'a', from: 1, to: 1 }]);
  });

  it('drops what has waited longest, tells it, and names it as missing', () => {
    const dropped: BroadcastMessage[] = [];
    const buffer = new CausalDeliveryBuffer({
      maxWaiting: 2,
      whenFull: 'drop-oldest',
      onDropped: (one) => dropped.push(one),
    });
    const [first, second, third] = [message('a', { a: 9 }), message('b', { b: 3 }), message('b', { b: 2 })] as const;
    for (const one of [first, second, third]) expect(buffer.receive(one).outcome).to.equal('waiting');
    expect(dropped).to.deep.equal([first]);
    expect(buffer.counters.dropped).to.equal(1);
    expect(waitingFor(buffer)).to.deep.equal(['b=3', 'b=2']);
    expect(buffer.missing()).to.deep.equal([
      { node: 'a', from: 1, to: 9 },
      { node: 'b', from: 1, to: 1 },
    ]);
    expect(buffer.receive(message('b', { b: 1 })).delivered.length).to.equal(3);
    expect(buffer.receive(first).outcome).to.equal('waiting');
  });

  it('catches up with a long chain, and with many senders at once', () => {
    const [chain, senders] = [100_000, MAX_FOREIGN_VECTOR_ENTRIES - 1];
    const buffer = new CausalDeliveryBuffer({ maxWaiting: HIGHEST_WAITING_MESSAGES });
    for (let tick = chain; tick > 1; tick--) buffer.receive(message('a', { a: tick }));
    expect(buffer.catchUp(VectorTimestamp.from([['a', 1]])).length).to.equal(chain - 1);
    expect(buffer.size).to.equal(0);
    for (let i = 0; i < senders; i++) buffer.receive(message(`n${i}`, { [`n${i}`]: 1, a: chain + 1 }));
    expect(buffer.catchUp(VectorTimestamp.from([['a', chain + 1]])).length).to.equal(senders);
  });

  it('holds so many entries of vectors and not one more, however wide they are', () => {
    const width = MAX_FOREIGN_VECTOR_ENTRIES;
    const wide = VectorTimestamp.from(Array.from({ length: width }, (_, i) => [`n${i}`, 1] as const));
    const one = (tick: number): BroadcastMessage => ({ sender: 'n0', vector: wide.withCounter('n0', tick) });
    const most = MAX_HELD_ENTRIES / width;
    const fill = (buffer: CausalDeliveryBuffer): void => {
      for (let i = 0; i < most; i++) expect(buffer.receive(one(i + 2)).outcome).to.equal('waiting');
    };
    const rejecting = new CausalDeliveryBuffer();
    fill(rejecting);
    expect(rejecting.receive(message('x', { x: 2 })).reason).to.equal('full');
    expect(rejecting.size).to.equal(most);
    expect(rejecting.dropFrom('n0').length).to.equal(most);
    rejecting.dropFrom('x');
    fill(rejecting);
    expect(rejecting.catchUp(wide).length).to.equal(most);
    const dropping = new CausalDeliveryBuffer({ whenFull: 'drop-oldest' });
    fill(dropping);
    expect(dropping.receive(message('x', { x: 2 })).outcome).to.equal('waiting');
    expect(dropping.counters.dropped).to.equal(1);
    expect(dropping.size).to.equal(most);
  });

  it('survives a listener that throws', () => {
    const buffer = new CausalDeliveryBuffer({
      maxWaiting: 1,
      whenFull: 'drop-oldest',
      onDropped: () => {
        throw new Error('hostile');
      },
    });
    buffer.receive(message('a', { a: 2 }));
    expect(buffer.receive(message('a', { a: 3 })).outcome).to.equal('waiting');
    expect(waitingFor(buffer)).to.deep.equal(['a=3']);
  });

  it('loses nothing over a full buffer when what is missing is asked for', () => {
    const all = Array.from({ length: 40 }, (_, i) => message('a', { a: i + 1 }));
    for (const whenFull of ['reject', 'drop-oldest'] as const) {
      const buffer = new CausalDeliveryBuffer({ maxWaiting: 3, whenFull });
      const order: number[] = [];
      const receive = (one: BroadcastMessage) => {
        for (const { vector } of buffer.receive(one).delivered) order.push(vector.get('a'));
      };
      for (const one of all.toReversed()) receive(one);
      for (let round = 0; round < 40 && buffer.missing().length > 0; round++) {
        for (const { from, to } of buffer.missing()) for (let tick = from; tick <= to; tick++) receive(all[tick - 1]!);
      }
      expect(order).to.deep.equal(all.map((_, i) => i + 1));
    }
  });

  for (const maxWaiting of [0, -1, 1.5, Number.NaN, HIGHEST_WAITING_MESSAGES + 1, '5' as unknown as number]) {
    it(`refuses maxWaiting ${maxWaiting}`, () => {
      expectInvalid(() => new CausalDeliveryBuffer({ maxWaiting }), 'maxWaiting');
    });
  }

  it('takes the lowest and the highest maxWaiting, and refuses other bad options', () => {
    for (const maxWaiting of [1, HIGHEST_WAITING_MESSAGES]) {
      expect(new CausalDeliveryBuffer({ maxWaiting }).size).to.equal(0);
    }
    expectInvalid(() => new CausalDeliveryBuffer({ whenFull: 'explode' as never }), 'whenFull');
    expectInvalid(() => new CausalDeliveryBuffer({ node: '' }), 'node');
    expectInvalid(() => new CausalDeliveryBuffer({ seen: { a: 1 } as never }), 'seen');
    expectInvalid(() => new CausalDeliveryBuffer().next(), 'node');
  });

  describe('snapshots', () => {
    const filled = (): CausalDeliveryBuffer => {
      const buffer = new CausalDeliveryBuffer({ node: 'me', maxWaiting: 2 });
      buffer.next();
      buffer.receive(message('a', { a: 1 }));
      for (const tick of [4, 3, 7]) buffer.receive(message('a', { a: tick }));
      return buffer;
    };

    it('hold everything, through JSON', () => {
      const before = filled();
      const after = CausalDeliveryBuffer.restore(JSON.parse(JSON.stringify(before.snapshot())), {
        node: 'me',
        maxWaiting: 2,
      });
      expect(JSON.stringify(after.snapshot())).to.equal(JSON.stringify(before.snapshot()));
      expect(after.missing()).to.deep.equal(before.missing());
      expect(after.seen.toString()).to.equal('a=1,me=1');
      expect(after.next().get('me')).to.equal(2);
      expect(after.receive(message('a', { a: 2 })).delivered.map(({ vector }) => vector.get('a'))).to.deep.equal([
        2, 3, 4,
      ]);
      expect(after.receive(message('a', { a: 6 })).outcome).to.equal('waiting');
      expect(after.missing()).to.deep.equal([
        { node: 'a', from: 5, to: 5 },
        { node: 'a', from: 7, to: 7 },
      ]);
    });

    it('read messages as the application says', () => {
      const restored = CausalDeliveryBuffer.restore({ ...filled().snapshot(), waiting: ['3'] }, {}, (text) =>
        message('a', { a: Number(text) }),
      );
      expect(waitingFor(restored)).to.deep.equal(['a=3']);
    });

    const good = () => JSON.parse(JSON.stringify(filled().snapshot())) as Record<string, unknown>;
    const bad: Readonly<Record<string, readonly [field: string, change: (state: Record<string, unknown>) => unknown]>> =
      {
        'no object': ['snapshot', () => 'state'],
        null: ['snapshot', () => null],
        'another format': ['snapshot.format', (state) => ({ ...state, format: 'otel-causality/delivery/2' })],
        'no vector': ['snapshot.seen', (state) => ({ ...state, seen: { a: 1 } })],
        'a counter of 0': ['snapshot.seen', (state) => ({ ...state, seen: [['a', 0]] })],
        'no list': ['snapshot.waiting', (state) => ({ ...state, waiting: {} })],
        'a message that is none': ['snapshot.waiting[0]', (state) => ({ ...state, waiting: [7] })],
        'a message without a vector': ['snapshot.waiting[0]', (state) => ({ ...state, waiting: [{ sender: 'a' }] })],
        'a message that was delivered': [
          'snapshot.waiting[0]',
          (state) => ({ ...state, waiting: [{ sender: 'a', vector: { a: 1 } }] }),
        ],
        'a delivered message that would wait for something else': [
          'snapshot.waiting[0]',
          (state) => ({ ...state, waiting: [{ sender: 'a', vector: { a: 1, b: 5 } }] }),
        ],
        'a message that need not wait': [
          'snapshot.waiting[0]',
          (state) => ({ ...state, waiting: [{ sender: 'a', vector: { a: 2 } }] }),
        ],
        'a message twice': [
          'snapshot.waiting[1]',
          (state) => ({ ...state, waiting: [0, 1].map(() => ({ sender: 'a', vector: { a: 3 } })) }),
        ],
        'a message that claims our id': [
          'snapshot.waiting[0]',
          (state) => ({ ...state, waiting: [{ sender: 'a', vector: { a: 3, me: 2 } }] }),
        ],
        'more messages than may wait': [
          'snapshot.waiting[2]',
          (state) => ({ ...state, waiting: [3, 5, 7].map((tick) => ({ sender: 'a', vector: { a: tick } })) }),
        ],
        'no vector of what was turned away': ['snapshot.turnedAway', (state) => ({ ...state, turnedAway: 1 })],
      };
    for (const [what, [field, change]] of Object.entries(bad)) {
      it(`refuse ${what}`, () => {
        expectInvalid(() => CausalDeliveryBuffer.restore(change(good()), { node: 'me', maxWaiting: 2 }), field);
      });
    }

    it('refuse more senders than are known at most', () => {
      const seen = Array.from({ length: 1023 }, (_, i) => [`n${i}`, 1] as const);
      const turnedAway = [
        ['x', 1],
        ['y', 1],
      ];
      const state = { ...good(), seen, waiting: [], turnedAway };
      expectInvalid(() => CausalDeliveryBuffer.restore(state), 'snapshot.turnedAway');
      const waiting = ['x', 'y'].map((sender) => ({ sender, vector: { [sender]: 2 } }));
      expectInvalid(() => CausalDeliveryBuffer.restore({ ...state, turnedAway: [], waiting }), 'snapshot.waiting[1]');
      const fits = CausalDeliveryBuffer.restore({ ...state, turnedAway: [['x', 1]] });
      expect(fits.receive(message('y', { y: 1 })).reason).to.equal('too-many-nodes');
      expect(fits.seen.size).to.equal(VectorTimestamp.from(seen).size);
    });
  });
});
