import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { LamportTimestamp } from '../../src/clocks/lamport-clock.js';
import {
  MAX_EVENT_FIELD_LENGTH,
  MAX_FOREIGN_VECTOR_ENTRIES,
  MAX_FOREIGN_VECTOR_LENGTH,
} from '../../src/clocks/limits.js';
import { parseVector } from '../../src/clocks/vector-text.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { binary, json, TracedEvent, text } from '../../src/interop/index.js';
import { expectInvalid } from '../support/invalid-value.js';

interface Vectors {
  readonly vectors: readonly {
    readonly vector: Record<string, number>;
    readonly text: string;
    readonly msgpack: string;
  }[];
  readonly readable: readonly { readonly about: string; readonly msgpack: string; readonly text: string }[];
  readonly refused: readonly { readonly about: string; readonly msgpack: string }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../../test/vectors/clockwork.json', import.meta.url), 'utf8'),
) as Vectors;

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
const SAMPLE = new TracedEvent({
  id: 'ev-1',
  type: 'order.created',
  payload: Uint8Array.of(104, 105),
  vector: parseVector('svc-a=3,svc-b=1'),
  lamport: new LamportTimestamp('svc-a', 42),
});
const BARE = new TracedEvent({ id: 'ev-2', type: 't', payload: new Uint8Array(), vector: parseVector('a=1') });

function expectSame(read: TracedEvent, event: TracedEvent): void {
  expect(read).to.include({ id: event.id, type: event.type });
  expect([...read.payload]).to.deep.equal([...event.payload]);
  expect(read.vector.toString()).to.equal(event.vector.toString());
  expect(read.lamport?.toString()).to.equal(event.lamport?.toString());
}

/** Events with any content that an event may have. */
const anyEvent = fc
  .record({
    id: fc.string({ minLength: 1, maxLength: 40 }),
    type: fc.string({ minLength: 1, maxLength: 40 }),
    payload: fc.uint8Array({ maxLength: 50 }),
    vector: fc.dictionary(
      fc.string({ minLength: 1, maxLength: 10 }).filter((node) => !/[=,]/.test(node) && node !== '__proto__'),
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      { minKeys: 1, maxKeys: 20 },
    ),
    lamport: fc.option(fc.maxSafeNat(), { nil: undefined }),
  })
  .map(({ vector, lamport, ...rest }) => {
    const time = lamport === undefined ? undefined : new LamportTimestamp('any node', lamport);
    return new TracedEvent({ ...rest, vector: VectorTimestamp.from(Object.entries(vector)), lamport: time });
  });

describe('text transport', () => {
  it('writes the headers of like-a-clockwork', () => {
    const headers: Record<string, string> = { host: 'x' };
    text.injectEvent(headers, SAMPLE);
    expect(headers).to.deep.equal({
      host: 'x',
      'X-Causality-Lamport': 'svc-a:42',
      'X-Causality-Vector': 'svc-a=3,svc-b=1',
      'X-Causality-EventId': 'ev-1',
      'X-Causality-EventType': 'order.created',
    });
    expectSame(text.extractEvent(headers, SAMPLE.payload), SAMPLE);
  });

  it('leaves out a Lamport time that the event does not have', () => {
    const headers: Record<string, string> = {};
    text.injectEvent(headers, BARE);
    expect(Object.keys(headers)).to.deep.equal(['X-Causality-Vector', 'X-Causality-EventId', 'X-Causality-EventType']);
    expectSame(text.extractEvent(headers, BARE.payload), BARE);
  });

  it('reads names in any case, and Node’s arrays of one', () => {
    const headers = { 'x-causality-vector': ['a=1'], 'X-CAUSALITY-LAMPORT': 'a:5', 'x-causality-other': 'z' };
    expect(text.extractVector(headers)?.toString()).to.equal('a=1');
    expect(text.extractLamport(headers)?.toString()).to.equal('a:5');
    expect(text.extractVector({})).to.equal(undefined);
    expect(text.extractLamport({ 'x-causality-lamport': undefined })).to.equal(undefined);
    expect(text.extractVector({ 'x-causality-vector': [] })).to.equal(undefined);
  });

  it('replaces a header of the same name in another case', () => {
    const headers: Record<string, string> = { 'x-causality-vector': 'old=1', 'x-causality-lamport': 'old:1' };
    text.injectVector(headers, parseVector('new=1'));
    text.injectLamport(headers, new LamportTimestamp('new', 2));
    expect(headers).to.deep.equal({ 'X-Causality-Vector': 'new=1', 'X-Causality-Lamport': 'new:2' });
  });

  it('refuses several values, no texts, and illegal ones, by header', () => {
    const twice = { 'X-Causality-Vector': 'a=1', 'x-causality-vector': 'a=1' };
    expectInvalid(() => text.extractVector(twice), 'X-Causality-Vector');
    expectInvalid(() => text.extractVector({ 'x-causality-vector': ['a=1', 'b=1'] }), 'X-Causality-Vector');
    for (const value of [5, {}, null, true]) {
      const headers = { 'x-causality-vector': value as unknown as string };
      expectInvalid(() => text.extractVector(headers), 'X-Causality-Vector');
    }
    for (const value of ['', 'not-valid', 'a=1,a=2', 'a=-1', 'a=18446744073709551615', ','.repeat(100_000)]) {
      expectInvalid(() => text.extractVector({ 'X-Causality-Vector': value }), 'X-Causality-Vector');
    }
    for (const value of ['', 'x', ':1', 'a:x', 'a:9007199254740992']) {
      expectInvalid(() => text.extractLamport({ 'X-Causality-Lamport': value }), 'X-Causality-Lamport');
    }
  });

  it('needs id, type and vector for an event', () => {
    const whole: Record<string, string> = {};
    text.injectEvent(whole, BARE);
    for (const missing of Object.keys(whole)) {
      const { [missing]: _, ...rest } = whole;
      expectInvalid(() => text.extractEvent(rest, BARE.payload), missing);
      expectInvalid(() => text.extractEvent({ ...whole, [missing]: '' }, BARE.payload), missing);
    }
  });

  it('refuses to write the empty vector, which the Rust SDK cannot read, and one that is too long', () => {
    expectInvalid(() => text.injectVector({}, VectorTimestamp.EMPTY), 'X-Causality-Vector');
    const long = Array.from({ length: 100 }, (_, i) => [String(i).padStart(200, 'x'), 1] as const);
    expectInvalid(() => text.injectVector({}, VectorTimestamp.from(long)), 'X-Causality-Vector');
    const headers: Record<string, string> = {};
    const empty = new TracedEvent({ type: 't', payload: new Uint8Array(), vector: VectorTimestamp.EMPTY });
    expectInvalid(() => text.injectEvent(headers, empty), 'X-Causality-Vector');
    expect(headers).to.deep.equal({});
  });

  for (const { text: canonical, vector } of golden.vectors) {
    it(`writes and reads ${canonical.slice(0, 50)}`, () => {
      const headers: Record<string, string> = {};
      text.injectVector(headers, VectorTimestamp.from(Object.entries(vector).toReversed()));
      expect(headers['X-Causality-Vector']).to.equal(canonical);
      expect(text.extractVector(headers)?.toString()).to.equal(canonical);
    });
  }

  it('brings any event back', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const headers: Record<string, string> = {};
        text.injectEvent(headers, event);
        expectSame(text.extractEvent(headers, event.payload), event);
      }),
    );
  });
});

describe('binary transport', () => {
  for (const { vector, msgpack } of golden.vectors) {
    it(`writes and reads the bytes ${msgpack.slice(0, 50)}`, () => {
      const headers: Record<string, Uint8Array> = {};
      const timestamp = VectorTimestamp.from(Object.entries(vector));
      binary.injectVector(headers, timestamp);
      expect(hexOf(headers['causality-vc'])).to.equal(msgpack);
      expect(binary.extractVector({ 'causality-vc': bytesOf(msgpack) })?.toString()).to.equal(timestamp.toString());
    });
  }

  for (const { about, msgpack, text: expected } of golden.readable) {
    it(`reads ${about}`, () => {
      expect(binary.extractVector({ 'causality-vc': bytesOf(msgpack) })?.toString()).to.equal(expected);
    });
  }

  for (const { about, msgpack } of golden.refused) {
    it(`refuses ${about}`, () => {
      expect(() => binary.extractVector({ 'causality-vc': bytesOf(msgpack) }))
        .to.throw(TypeError)
        .with.property('name', 'InvalidValueError');
    });
  }

  it('names the counter that no number can hold', () => {
    const bytes = bytesOf('81a161cf0020000000000000');
    const error = expectInvalid(() => binary.extractVector({ 'causality-vc': bytes }), 'causality-vc[a]');
    expect(error.value).to.equal(2n ** 53n);
  });

  it('writes the keys of like-a-clockwork and texts as UTF-8', () => {
    const headers: Record<string, Uint8Array> = {};
    binary.injectEvent(headers, SAMPLE);
    expect(Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, hexOf(value)]))).to.deep.equal({
      'causality-lc': Buffer.from('svc-a:42').toString('hex'),
      'causality-vc': '82a57376632d6103a57376632d6201',
      'causality-eid': Buffer.from('ev-1').toString('hex'),
      'causality-etype': Buffer.from('order.created').toString('hex'),
    });
    expectSame(binary.extractEvent(headers, SAMPLE.payload), SAMPLE);
    const buffers = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, Buffer.from(value)]));
    expectSame(binary.extractEvent(buffers, SAMPLE.payload), SAMPLE);
  });

  it('needs id, type and vector for an event, and bytes in each', () => {
    const whole: Record<string, Uint8Array> = {};
    binary.injectEvent(whole, BARE);
    for (const missing of Object.keys(whole)) {
      const { [missing]: _, ...rest } = whole;
      expectInvalid(() => binary.extractEvent(rest, BARE.payload), missing);
      expectInvalid(() => binary.extractEvent({ ...whole, [missing]: 'text' }, BARE.payload), missing);
    }
    for (const bad of [[0xff, 0xfe], [0xc3], Array(769).fill(97), []]) {
      expectInvalid(() => {
        binary.extractEvent({ ...whole, 'causality-eid': Uint8Array.from(bad as number[]) }, BARE.payload);
      }, 'causality-eid');
    }
    expect(binary.extractVector({})).to.equal(undefined);
    expect(binary.extractLamport({})).to.equal(undefined);
    expectInvalid(() => binary.extractLamport({ 'causality-lc': Uint8Array.of(0xff) }), 'causality-lc');
    expectInvalid(() => binary.extractLamport({ 'causality-lc': Uint8Array.of(97) }), 'lamport');
  });

  it('takes 1,024 entries and 16,384 bytes, and no more of either', () => {
    const entries = (count: number) => Array.from({ length: count }, (_, i) => [`n${i}`, 1] as const);
    const headers: Record<string, Uint8Array> = {};
    binary.injectVector(headers, VectorTimestamp.from(entries(MAX_FOREIGN_VECTOR_ENTRIES)));
    expect(binary.extractVector(headers)?.size).to.equal(MAX_FOREIGN_VECTOR_ENTRIES);
    binary.injectVector(headers, VectorTimestamp.from(entries(MAX_FOREIGN_VECTOR_ENTRIES + 1)));
    expectInvalid(() => binary.extractVector(headers), 'causality-vc');

    // A map of 16 bits (3 bytes), entries of 3 + 250 + 1 bytes, and a last one of 3 + n + 1.
    const sized = (length: number) => {
      const full = Array.from({ length: 64 }, (_, i) => [String(i).padStart(250, 'x'), 1] as const);
      const last = ['y'.repeat(length - 3 - 64 * 253 - 3), 1] as const;
      return VectorTimestamp.from([...full, last]);
    };
    binary.injectVector(headers, sized(MAX_FOREIGN_VECTOR_LENGTH));
    expect(headers['causality-vc']).to.have.lengthOf(MAX_FOREIGN_VECTOR_LENGTH);
    expect(binary.extractVector(headers)?.size).to.equal(65);
    expectInvalid(() => binary.injectVector(headers, sized(MAX_FOREIGN_VECTOR_LENGTH + 1)), 'causality-vc');
    const long = new Uint8Array(MAX_FOREIGN_VECTOR_LENGTH + 1);
    expectInvalid(() => binary.extractVector({ 'causality-vc': long }), 'causality-vc');
  });

  it('brings any event back', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const headers: Record<string, Uint8Array> = {};
        binary.injectEvent(headers, event);
        expectSame(binary.extractEvent(headers, event.payload), event);
      }),
    );
  });

  it('answers any bytes at all with a vector or the typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          expect(binary.extractVector({ 'causality-vc': bytes })).to.be.instanceOf(VectorTimestamp);
        } catch (error) {
          expect(error).to.have.property('name', 'InvalidValueError');
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('json transport', () => {
  const vector = parseVector('order-service=1,inventory-service=2');

  it('puts the metadata beside the payload’s own fields', () => {
    const payload = { order_id: 42, status: 'created' };
    const message = json.inject(payload, vector, 'order.created', 'event-123');
    expect(JSON.parse(JSON.stringify(message))).to.deep.equal({
      order_id: 42,
      status: 'created',
      _causality: {
        vector: { 'inventory-service': 2, 'order-service': 1 },
        event_type: 'order.created',
        event_id: 'event-123',
      },
    });
    expect(payload).to.deep.equal({ order_id: 42, status: 'created' });
    expect(json.hasCausality(message)).to.equal(true);
    const read = json.extract(JSON.parse(JSON.stringify(message)));
    expect(read).to.deep.include({ payload, eventType: 'order.created', eventId: 'event-123' });
    expect(read.vector.toString()).to.equal(vector.toString());
  });

  it('reads the example of like-a-clockwork, zeros included', () => {
    const read = json.extract({
      order_id: 42,
      _causality: { vector: { 'order-service': 1, 'inventory-service': 0 }, event_type: 't', event_id: 'e' },
    });
    expect(read.vector.toString()).to.equal('order-service=1');
  });

  it('refuses to overwrite a field and to touch what is no object', () => {
    for (const existing of [null, undefined, {}, 'old']) {
      expectInvalid(() => json.inject({ _causality: existing }, vector, 't', 'e'), 'payload._causality');
    }
    for (const payload of [null, undefined, 5, 'x', [1], true]) {
      expectInvalid(() => json.inject(payload as object, vector, 't', 'e'), 'payload');
      expect(json.hasCausality(payload)).to.equal(false);
    }
    expectInvalid(() => json.inject({}, vector, '', 'e'), '_causality.event_type');
    expectInvalid(() => json.inject({}, vector, 't', ''), '_causality.event_id');
  });

  it('refuses a message without legal metadata, by field', () => {
    const legal = { vector: { a: 1 }, event_type: 't', event_id: 'e' };
    const many = Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [`n${i}`, 1]));
    for (const [message, field] of [
      [null, 'message'],
      [[], 'message'],
      ['{}', 'message'],
      [{}, '_causality'],
      [{ _causality: 'x' }, '_causality'],
      [{ _causality: [] }, '_causality'],
      [{ _causality: {} }, '_causality.vector'],
      [{ _causality: { ...legal, vector: [1] } }, '_causality.vector'],
      [{ _causality: { ...legal, vector: many } }, '_causality.vector'],
      [{ _causality: { ...legal, vector: { a: -1 } } }, '_causality.vector[a]'],
      [{ _causality: { ...legal, vector: { a: 1.5 } } }, '_causality.vector[a]'],
      [{ _causality: { ...legal, vector: { a: '1' } } }, '_causality.vector[a]'],
      [{ _causality: { ...legal, vector: { a: null } } }, '_causality.vector[a]'],
      [{ _causality: { ...legal, vector: JSON.parse('{"a":9007199254740993}') as unknown } }, '_causality.vector[a]'],
      [{ _causality: { ...legal, vector: { '': 1 } } }, 'vector node'],
      [{ _causality: { ...legal, event_type: 5 } }, '_causality.event_type'],
      [{ _causality: { vector: { a: 1 }, event_type: 't' } }, '_causality.event_id'],
    ] as const) {
      expectInvalid(() => json.extract(message), field);
    }
  });

  it('keeps fields with dangerous names as they are', () => {
    const payload = JSON.parse('{"__proto__":{"x":1},"constructor":2}') as Record<string, unknown>;
    const message = json.inject(payload, VectorTimestamp.from([['__proto__', 3]]), 't', 'e');
    const wire = JSON.stringify(message);
    expect(wire).to.equal(
      '{"__proto__":{"x":1},"constructor":2,"_causality":{"vector":{"__proto__":3},"event_type":"t","event_id":"e"}}',
    );
    const read = json.extract(JSON.parse(wire));
    expect(JSON.stringify(read.payload)).to.equal('{"__proto__":{"x":1},"constructor":2}');
    expect(Object.getPrototypeOf(read.payload)).to.equal(Object.prototype);
    expect(read.vector.get('__proto__')).to.equal(3);
  });

  it('writes a whole event as one value, and reads it', () => {
    const value = json.fromEvent(SAMPLE);
    expect(JSON.parse(JSON.stringify(value))).to.deep.equal({
      _causality: {
        vector: { 'svc-a': 3, 'svc-b': 1 },
        event_type: 'order.created',
        event_id: 'ev-1',
        lamport: 'svc-a:42',
      },
      payload: [104, 105],
    });
    expectSame(json.toEvent(JSON.parse(JSON.stringify(value))), SAMPLE);
    expect(json.fromEvent(BARE)['_causality']).not.to.have.property('lamport');
    for (const payload of [undefined, 'x', [256], [-1], [1.5], ['1'], { 0: 1 }]) {
      expectInvalid(() => json.toEvent({ ...json.fromEvent(SAMPLE), payload }), 'payload');
    }
    for (const lamport of [5, null, 'x', {}]) {
      const causality = { ...json.fromEvent(SAMPLE)['_causality'], lamport };
      expectInvalid(() => json.toEvent({ ...json.fromEvent(SAMPLE), _causality: causality }), 'lamport');
    }
    expectInvalid(() => json.toEvent(7), 'event');
  });

  it('brings any event back', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        expectSame(json.toEvent(JSON.parse(JSON.stringify(json.fromEvent(event)))), event);
      }),
    );
  });
});

describe('TracedEvent', () => {
  const legal = { type: 't', payload: new Uint8Array(), vector: parseVector('a=1') };

  it('has a new UUIDv7 that begins with the time', () => {
    const now = 0x0194_76a0_b1c2;
    const event = new TracedEvent(legal, { now: () => now, randomBytes: (count) => new Uint8Array(count).fill(0xff) });
    expect(event.id).to.equal('019476a0-b1c2-7fff-bfff-ffffffffffff');
    expect(new TracedEvent(legal).id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new TracedEvent(legal).id).not.to.equal(new TracedEvent(legal).id);
    const made = Number.parseInt(new TracedEvent(legal).id.replaceAll('-', '').slice(0, 12), 16);
    expect(made).to.be.closeTo(Date.now(), 1000);
    const idAt = (time: number) =>
      new TracedEvent(legal, { now: () => time, randomBytes: (count) => new Uint8Array(count) }).id;
    expect(idAt(2 ** 48)).to.equal('ffffffff-ffff-7000-8000-000000000000');
    for (const time of [-1, Number.NaN, 0]) expect(idAt(time)).to.equal('00000000-0000-7000-8000-000000000000');
  });

  it('refuses what no transport could carry, by field', () => {
    const longest = 'x'.repeat(MAX_EVENT_FIELD_LENGTH);
    expect(new TracedEvent({ ...legal, id: longest, type: longest })).to.include({ id: longest, type: longest });
    for (const bad of ['', `${longest}x`, 'a\r\nb', '\u0000', '\u007f', 5 as unknown as string]) {
      expectInvalid(() => new TracedEvent({ ...legal, type: bad }), 'event type');
      expectInvalid(() => new TracedEvent({ ...legal, id: bad }), 'event id');
    }
    expectInvalid(() => new TracedEvent({ ...legal, payload: 'x' as unknown as Uint8Array }), 'event payload');
    expectInvalid(() => new TracedEvent({ ...legal, vector: {} as VectorTimestamp }), 'event vector');
    expectInvalid(() => new TracedEvent({ ...legal, lamport: 5 as unknown as LamportTimestamp }), 'event lamport');
  });
});
