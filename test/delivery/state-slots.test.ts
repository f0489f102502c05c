/** Writes that are torn at every place, garbage in every slot, and storages that answer later. */
import { expect } from 'chai';
import { MAX_STATE_LENGTH, MAX_STATE_NAME_LENGTH } from '../../src/clocks/limits.js';
import { memoryStorage, StateDamagedError, StateSlots, type SyncStateStorage } from '../../src/delivery/index.js';
import { asciiJson, readSlot, slotOf, slotText } from '../../src/delivery/slot-text.js';
import { Crash, crashingStorage, laterStorage } from '../support/faulty-storage.js';
import { expectInvalid } from '../support/invalid-value.js';

const OLD = { who: 'old', nodes: [['a', 0, [1, 17]]] };
const NEW = { who: 'new', nodes: [['ä\u{1f600}\ud800', 0, [1, 18]]] };

/** A storage that holds this many acknowledged writes. */
function written(...values: readonly unknown[]): SyncStateStorage {
  const storage = memoryStorage();
  for (const value of values) new StateSlots(storage, 's').write(value);
  return storage;
}

const bothSlots = (storage: SyncStateStorage): (string | null | undefined)[] =>
  ['s.0', 's.1'].map((name) => storage.get(name));

describe('the text of a slot', () => {
  const old = slotText(slotOf(7, asciiJson(OLD)));
  const young = slotText(slotOf(9, asciiJson(NEW)));

  it('is read as it was written', () => {
    expect(readSlot(young)).to.deep.equal(slotOf(9, asciiJson(NEW)));
    expect(JSON.parse(readSlot(young)?.json ?? '')).to.deep.equal(NEW);
  });

  it('is ASCII', () => {
    expect(young).to.match(/^[\n\x20-\x7e]*$/);
    expect(asciiJson('\u007f')).to.equal('"\\u007f"');
  });

  it('has the checksum that everyone computes', () => {
    // CRC-32 of '1 2', by zlib.
    expect(slotText(slotOf(1, '2'))).to.equal('otel-causality/slot/1 1 1 87bb2397\n2');
  });

  it('is not taken for a whole one when it was cut off anywhere', () => {
    for (let length = 0; length < young.length; length++) expect(readSlot(young.slice(0, length))).to.equal(undefined);
  });

  it('is not taken for a whole one when it is part old and part new', () => {
    for (let at = 1; at < young.length; at++) {
      const torn = young.slice(0, at) + old.slice(at);
      if (torn !== young && torn !== old) expect(readSlot(torn), `torn at ${at}`).to.equal(undefined);
    }
  });

  it('is not taken for a whole one when any one character is another', () => {
    for (let at = 0; at < young.length; at++) {
      for (const other of ['!', '0', 'ÿ', '\u{4e00}']) {
        const changed = young.slice(0, at) + other + young.slice(at + 1);
        if (changed !== young) expect(readSlot(changed), `${other} at ${at}`).to.equal(undefined);
      }
    }
  });

  it('is not taken for a whole one when something stands behind it', () => {
    expect(readSlot(`${young} `)).to.equal(undefined);
    expect(readSlot(young + young)).to.equal(undefined);
  });
});

describe('StateSlots', () => {
  it('reads nothing where nothing was written', () => {
    const { value, sequence, damaged } = new StateSlots(memoryStorage(), 's').read();
    expect({ value, sequence, damaged }).to.deep.equal({ value: undefined, sequence: 0, damaged: 0 });
  });

  it('reads what was written last, any number of times', () => {
    const slots = new StateSlots(memoryStorage(), 's');
    for (let i = 1; i <= 5; i++) {
      const mark = slots.write({ i });
      expect(slots.read().value).to.deep.equal({ i });
      expect(slots.read().mark).to.equal(mark);
      expect(slots.read().sequence).to.equal(i + 1);
    }
  });

  for (const earlier of [0, 1, 2, 3]) {
    it(`keeps the state before when a write stops at any character, after ${earlier} writes`, () => {
      const values = Array.from({ length: earlier }, (_, i) => ({ ...OLD, i }));
      const expected = [values.at(-1), NEW].map((value) => JSON.stringify(value));
      const length = slotText(slotOf(earlier + 2, asciiJson(NEW))).length;
      for (let stop = 0; stop < 2 * length + 2; stop++) {
        const storage = written(...values);
        let crashed = false;
        try {
          new StateSlots(crashingStorage(storage, stop), 's').write(NEW);
        } catch (error) {
          expect(error).to.be.instanceOf(Crash);
          crashed = true;
        }
        const after = new StateSlots(storage, 's').read();
        const found = JSON.stringify(after.value);
        if (crashed) expect(expected, `stopped at ${stop}`).to.include(found);
        else expect(found).to.equal(expected[1]);
        // And the next write is whole again.
        new StateSlots(storage, 's').write({ after: stop });
        expect(new StateSlots(storage, 's').read().value).to.deep.equal({ after: stop });
      }
    });
  }

  it('finds the last acknowledged state whichever slot is garbage', () => {
    for (const garbage of ['', 'null', '{}', slotText(slotOf(4, '1')).slice(1), '\u0000'.repeat(100)]) {
      const storage = written({ n: 1 }, { n: 2 });
      storage.set('s.0', garbage);
      const { value, damaged } = new StateSlots(storage, 's').read();
      expect(value).to.deep.equal({ n: 2 });
      expect(damaged).to.equal(1);
    }
  });

  it('does not take a slot that was copied over the other one', () => {
    const storage = written({ n: 1 }, { n: 2 });
    storage.set('s.0', storage.get('s.1') as string);
    expect(new StateSlots(storage, 's').read()).to.include({ damaged: 1, sequence: 3 });
  });

  it('says so when both are garbage, and mends them with the next write', () => {
    const storage = written({ n: 1 }, { n: 2 });
    storage.set('s.0', 'x');
    storage.set('s.1', 'y');
    const slots = new StateSlots(storage, 's');
    const error = expectInvalid(() => slots.read(), 'state s');
    expect(error).to.be.instanceOf(StateDamagedError);
    expect(error.name).to.equal('StateDamagedError');
    slots.write({ n: 3 });
    expect(slots.read().value).to.deep.equal({ n: 3 });
    expect(slots.read().damaged).to.equal(0);
  });

  it('says so when a whole slot holds no JSON', () => {
    const storage = memoryStorage();
    storage.set('s.1', slotText(slotOf(1, '{')));
    const stored = new StateSlots(storage, 's').read();
    expect(expectInvalid(() => stored.value, 'state s')).to.be.instanceOf(StateDamagedError);
  });

  it('survives what is not even a text', () => {
    for (const odd of [7, {}, [], true]) {
      const storage = { ...memoryStorage(), get: () => odd as never };
      expectInvalid(() => new StateSlots(storage, 's').read(), 'state s');
    }
  });

  it('keeps states of two names apart, and removes one', () => {
    const storage = memoryStorage();
    const [a, b] = [new StateSlots(storage, 'a'), new StateSlots(storage, 'b')] as const;
    a.write(1);
    b.write(2);
    a.remove();
    expect(a.read().value).to.equal(undefined);
    expect(b.read().value).to.equal(2);
  });

  it('throws what the storage throws', () => {
    const full = {
      ...memoryStorage(),
      set: () => {
        throw new RangeError('full');
      },
    };
    expect(() => new StateSlots(full, 's').write(1)).to.throw(RangeError, 'full');
    const forbidden = {
      ...memoryStorage(),
      get: () => {
        throw new RangeError('forbidden');
      },
    };
    expect(() => new StateSlots(forbidden, 's').read()).to.throw(RangeError, 'forbidden');
  });

  it('does the same later where the storage answers later', async () => {
    const storage = written({ n: 1 });
    const slots = new StateSlots(laterStorage(storage), 's');
    expect((await slots.read()).value).to.deep.equal({ n: 1 });
    await slots.write({ n: 2 });
    expect(new StateSlots(storage, 's').read().value).to.deep.equal({ n: 2 });
    await slots.remove();
    expect(bothSlots(storage)).to.deep.equal([undefined, undefined]);
    await slots.write({ n: 3 });
    expect(bothSlots(storage).filter((text) => typeof text === 'string').length).to.equal(2);
    storage.set('s.0', '');
    storage.set('s.1', '');
    const error = await slots.read().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(StateDamagedError);
  });

  it('takes null for nothing there, as pages’ storages say it', () => {
    const storage = { ...memoryStorage(), get: () => null };
    expect(new StateSlots(storage, 's').read()).to.include({ value: undefined, sequence: 0, damaged: 0 });
  });

  it('takes names that fit everywhere, and no others', () => {
    for (const name of ['a', 'A-b_9', 'x'.repeat(MAX_STATE_NAME_LENGTH)]) {
      expect(new StateSlots(memoryStorage(), name).name).to.equal(name);
    }
    for (const name of [
      '',
      '..',
      '-a',
      'a/b',
      'a b',
      'ä',
      'a\n',
      'x'.repeat(MAX_STATE_NAME_LENGTH + 1),
      7 as never,
      ['a'] as never,
    ]) {
      expectInvalid(() => new StateSlots(memoryStorage(), name), 'name');
    }
  });

  it('writes a state up to the limit and refuses a longer one', function () {
    this.timeout(60_000);
    const slots = new StateSlots(memoryStorage(), 's');
    const most = 'x'.repeat(MAX_STATE_LENGTH - 2);
    slots.write(most);
    expect(slots.read().value).to.equal(most);
    expectInvalid(() => slots.write(`${most}x`), 'state s');
    expect(slots.read().sequence).to.equal(2);
  });
});
