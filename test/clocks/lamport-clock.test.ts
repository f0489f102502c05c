import { expect } from 'chai';
import * as fc from 'fast-check';
import { LamportClock, LamportTimestamp } from '../../src/clocks/lamport-clock.js';
import { MAX_FOREIGN_COUNTER, MAX_FOREIGN_NODE_ID_LENGTH } from '../../src/clocks/limits.js';
import { expectInvalid } from '../support/invalid-value.js';

describe('LamportClock', () => {
  it('starts at 0, which is no event, and counts local events', () => {
    const clock = new LamportClock('orders');
    expect(clock.nodeId).to.equal('orders');
    expect(clock.time).to.equal(0);
    expect([clock.tick(), clock.tick()]).to.deep.equal([1, 2]);
    expect(clock.time).to.equal(2);
  });

  it('ticks on send and stamps the message with that time', () => {
    const clock = new LamportClock('orders');
    clock.tick();
    const sent = clock.send();
    expect(sent).to.include({ nodeId: 'orders', time: 2 });
    expect(clock.time).to.equal(2);
  });

  for (const [own, heard, expected] of [
    [0, 6, 7],
    [10, 3, 11],
    [5, 5, 6],
    [0, 0, 1],
  ] as const) {
    it(`at ${own}, receiving ${heard} gives ${expected}`, () => {
      const clock = new LamportClock('a');
      for (let i = 0; i < own; i++) clock.tick();
      expect(clock.receive(new LamportTimestamp('b', heard))).to.equal(expected);
      expect(clock.time).to.equal(expected);
    });
  }

  it('refuses to count beyond 2^53-1 and stays where it was', () => {
    const clock = new LamportClock('a');
    clock.receive(new LamportTimestamp('b', MAX_FOREIGN_COUNTER - 1));
    expect(clock.time).to.equal(MAX_FOREIGN_COUNTER);
    expectInvalid(() => clock.tick(), 'lamport.time');
    expectInvalid(() => clock.send(), 'lamport.time');
    expectInvalid(() => new LamportClock('c').receive(new LamportTimestamp('b', MAX_FOREIGN_COUNTER)), 'lamport.time');
    expect(clock.time).to.equal(MAX_FOREIGN_COUNTER);
  });

  it('refuses an id that is empty, has a colon, is too long or no string', () => {
    for (const id of ['', 'a:b', 'x'.repeat(MAX_FOREIGN_NODE_ID_LENGTH + 1), 7 as unknown as string]) {
      expect(expectInvalid(() => new LamportClock(id), 'nodeId').value).to.equal(id);
    }
    expect(new LamportClock('x'.repeat(MAX_FOREIGN_NODE_ID_LENGTH)).nodeId).to.have.lengthOf(256);
  });

  it('gives every effect a later time than its causes, in any exchange of messages', () => {
    const step = fc.record({ to: fc.nat(3), from: fc.nat(3), send: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const clocks = ['a', 'b', 'c', 'd'].map((id) => new LamportClock(id));
        const latest = [0, 0, 0, 0];
        for (const { to, from, send } of steps) {
          const message = send ? (clocks[from] as LamportClock).send() : undefined;
          if (message !== undefined) {
            expect(message.time).to.be.greaterThan(latest[from] as number);
            latest[from] = message.time;
          }
          const clock = clocks[to] as LamportClock;
          const time = message === undefined ? clock.tick() : clock.receive(message);
          expect(time).to.equal(Math.max(latest[to] as number, message?.time ?? 0) + 1);
          latest[to] = time;
        }
      }),
    );
  });
});

describe('LamportTimestamp', () => {
  it('prints node:time and reads it back, dividing at the last colon', () => {
    for (const [node, time, text] of [
      ['order-service', 42, 'order-service:42'],
      ['urn:svc:a', 0, 'urn:svc:a:0'],
      ['::', 1, ':::1'],
      ['n', MAX_FOREIGN_COUNTER, 'n:9007199254740991'],
    ] as const) {
      expect(new LamportTimestamp(node, time).toString()).to.equal(text);
      expect(LamportTimestamp.parse(text)).to.include({ nodeId: node, time });
    }
  });

  it('round-trips any node and time', () => {
    const node = fc.string({ minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(node, fc.maxSafeNat(), (nodeId, time) => {
        const parsed = LamportTimestamp.parse(new LamportTimestamp(nodeId, time).toString());
        expect(parsed).to.include({ nodeId, time });
      }),
    );
  });

  for (const [text, field] of [
    ['', 'lamport'],
    ['no-delimiter', 'lamport'],
    [':42', 'lamport.nodeId'],
    [`${'x'.repeat(257)}:1`, 'lamport.nodeId'],
    ['node:', 'lamport.time'],
    ['node:abc', 'lamport.time'],
    ['node:-1', 'lamport.time'],
    ['node:+1', 'lamport.time'],
    ['node:1.5', 'lamport.time'],
    ['node:1e3', 'lamport.time'],
    ['node:0x10', 'lamport.time'],
    ['node: 1', 'lamport.time'],
    ['node:01', 'lamport.time'],
    ['node:９', 'lamport.time'],
    ['node:9007199254740992', 'lamport.time'],
    ['node:18446744073709551615', 'lamport.time'],
    [`node:${'9'.repeat(100_000)}`, 'lamport.time'],
  ] as const) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
      expectInvalid(() => LamportTimestamp.parse(text), field);
    });
  }

  it('refuses a node or a time that is none', () => {
    expectInvalid(() => new LamportTimestamp('', 1), 'lamport.nodeId');
    for (const time of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '5', 5n, null]) {
      expectInvalid(() => new LamportTimestamp('a', time as number), 'lamport.time');
    }
    for (const time of [0, 2 ** 53 - 1]) expect(new LamportTimestamp('a', time).time).to.equal(time);
  });

  it('refuses what is no string at all', () => {
    for (const value of [undefined, null, 5, ['a:1']]) {
      expectInvalid(() => LamportTimestamp.parse(value as unknown as string), 'lamport');
    }
  });

  it('orders by time, then by node as its UTF-8 bytes would', () => {
    const order = ['z:1', 'a:2', 'b:2', 'é:2', '\u{ffee}:2', '\u{10000}:2', '\u{1f600}:2', 'a:3'].map((text) =>
      LamportTimestamp.parse(text),
    );
    order.forEach((left, i) => {
      order.forEach((right, j) =>
        expect(left.compare(right), `${left.toString()} ${right.toString()}`).to.equal(Math.sign(i - j)),
      );
    });
  });

  it('orders a half of a pair as the pair, above every other character', () => {
    for (const half of ['\ud800', '\udbff', '\udc00', '\udfff']) {
      for (const other of ['\ud7ff', '\ue000', '\uffff']) {
        expect(new LamportTimestamp(half, 1).compare(new LamportTimestamp(other, 1))).to.equal(1);
        expect(new LamportTimestamp(other, 1).compare(new LamportTimestamp(half, 1))).to.equal(-1);
      }
    }
  });

  it('orders any two nodes as their UTF-8 bytes', () => {
    const node = fc.string({ minLength: 1, maxLength: 6, unit: 'binary' });
    fc.assert(
      fc.property(node, node, (a, b) => {
        const bytes = Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(new LamportTimestamp(a, 1).compare(new LamportTimestamp(b, 1))).to.equal(bytes);
      }),
    );
  });

  it('is serialized under the names of like-a-clockwork', () => {
    expect(JSON.stringify(new LamportTimestamp('svc', 9))).to.equal('{"node_id":"svc","time":9}');
  });
});
