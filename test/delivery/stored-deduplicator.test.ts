/** What is recorded survives crashes, failures and other writers of the same consumer. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  CausalDeduplicator,
  type IdentifiedMessage,
  memoryStorage,
  openDeduplicator,
  StateSlots,
  type StoredDeduplicator,
  type SyncStateStorage,
  webStorage,
} from '../../src/delivery/index.js';
import { Crash, crashingStorage, laterStorage, watchedStorage } from '../support/faulty-storage.js';
import { expectInvalid } from '../support/invalid-value.js';
import { messages } from '../support/naive-handled.js';

const open = (storage: SyncStateStorage, consumer = 'c'): StoredDeduplicator => openDeduplicator({ consumer, storage });
const dot = (tick: number, node = 'a'): IdentifiedMessage => ({ node, tick });
const handledTicks = (seen: StoredDeduplicator, most = 20): number[] =>
  Array.from({ length: most }, (_, i) => i + 1).filter((tick) => seen.check(dot(tick)).verdict === 'duplicate');

describe('StoredDeduplicator', () => {
  it('remembers what was handled after a restart, each consumer for itself', async () => {
    const storage = memoryStorage();
    const shown: string[] = [];
    for (const consumer of ['list', 'badge', 'list']) {
      const seen = open(storage, consumer);
      await seen.once(dot(1), () => shown.push(seen.consumer));
    }
    expect(shown).to.deep.equal(['list', 'badge']);
    expect(open(storage, 'list').check(dot(1)).verdict).to.equal('duplicate');
    expect(open(storage, 'other').check(dot(1)).verdict).to.equal('fresh');
  });

  it('knows after a crash at any character everything that was acknowledged, and nothing that never happened', () => {
    for (let stop = 0; ; stop++) {
      const storage = memoryStorage();
      const seen = open(crashingStorage(storage, stop));
      let acknowledged = 0;
      let begun = 0;
      while (acknowledged === begun && begun < 4) {
        begun++;
        seen.handled(dot(begun));
        if (seen.stored) acknowledged++;
      }
      const found = handledTicks(open(storage));
      expect(found.length, `stopped at ${stop}`).to.be.oneOf([acknowledged, begun]);
      expect(found).to.deep.equal(found.map((_, i) => i + 1));
      if (acknowledged === 4) return;
      expect(seen.storageCounters.failures).to.equal(1);
    }
  });

  it('goes on in memory while the storage fails, says so, and stores all when it works again', async () => {
    let full = true;
    const told: unknown[] = [];
    const beneath = memoryStorage();
    const storage = watchedStorage(beneath, (operation) => {
      if (full && operation === 'set') throw new Crash('full');
    });
    const seen = openDeduplicator({ consumer: 'c', storage, onStorageFailure: (error) => told.push(error) });
    expect(seen.handled(dot(1)).verdict).to.equal('fresh');
    expect(seen.stored).to.equal(false);
    expect(await seen.save()).to.equal(false);
    expect(told.length).to.equal(2);
    expect(told[0]).to.be.instanceOf(Crash);
    expect(seen.check(dot(1)).verdict).to.equal('duplicate');
    full = false;
    expect(await seen.save()).to.equal(true);
    expect(seen.stored).to.equal(true);
    expect(seen.storageCounters).to.deep.equal({ writes: 1, failures: 2, damagedSlots: 0 });
    expect(handledTicks(open(beneath))).to.deep.equal([1]);
  });

  it('is not stopped by a listener that throws', () => {
    const storage = {
      ...memoryStorage(),
      set: () => {
        throw new Crash('full');
      },
    };
    const seen = openDeduplicator({
      consumer: 'c',
      storage,
      onStorageFailure: () => {
        throw new Error('hostile');
      },
    });
    expect(seen.handled(dot(1)).verdict).to.equal('fresh');
    expect(seen.storageCounters.failures).to.equal(1);
  });

  it('stores only when asked where autoSave is off', async () => {
    const storage = memoryStorage();
    const seen = openDeduplicator({ consumer: 'c', storage, autoSave: false });
    await seen.once(dot(1), () => undefined);
    expect(seen.stored).to.equal(false);
    expect(storage.get('c.0')).to.equal(undefined);
    const saving = seen.save();
    expect(handledTicks(open(storage))).to.deep.equal([1]);
    expect(await saving).to.equal(true);
    expect(await seen.save()).to.equal(true);
    expect(seen.storageCounters.writes).to.equal(1);
  });

  it('stores what it was told to merge', () => {
    const storage = memoryStorage();
    const other = new CausalDeduplicator();
    other.handled(dot(5));
    const seen = open(storage);
    seen.merge(other);
    seen.merge(other.toJSON());
    expect(seen.stored).to.equal(true);
    expect(handledTicks(open(storage))).to.deep.equal([5]);
    seen.begin(dot(6)).commit();
    expect(handledTicks(open(storage))).to.deep.equal([5, 6]);
  });

  it('writes nothing for what is not handled', async () => {
    const seen = open(memoryStorage());
    await seen.once(dot(1), () => undefined);
    for (const message of [dot(1), {}, dot(0)]) await seen.once(message, () => undefined);
    seen.begin(dot(2)).abort();
    expect(seen.storageCounters.writes).to.equal(1);
  });

  describe('where the storage cannot be read', () => {
    const damaged = (): SyncStateStorage => {
      const storage = memoryStorage();
      for (const slot of ['c.0', 'c.1']) storage.set(slot, 'garbage');
      return storage;
    };
    const foreign = (): SyncStateStorage => {
      const storage = memoryStorage();
      new StateSlots(storage, 'c').write({ format: 'otel-causality/handled/2' });
      return storage;
    };
    const forbidden = (): SyncStateStorage =>
      webStorage(() => {
        throw new RangeError('forbidden');
      });

    it('throws by default, with the reason', () => {
      expectInvalid(() => open(damaged()), 'state c');
      expectInvalid(() => open(foreign()), 'state.format');
      expect(() => open(forbidden())).to.throw(RangeError, 'forbidden');
    });

    it('starts empty where that was chosen, says so, and overwrites what was there', () => {
      for (const storage of [damaged(), foreign()]) {
        const told: unknown[] = [];
        const options = {
          consumer: 'c',
          whenUnreadable: 'start-empty',
          onStorageFailure: (e: unknown) => told.push(e),
        } as const;
        const seen = openDeduplicator({ ...options, storage });
        expect(told.length).to.equal(1);
        expect(seen.handled(dot(1)).verdict).to.equal('fresh');
        expect(seen.stored).to.equal(true);
        expect(handledTicks(open(storage))).to.deep.equal([1]);
      }
    });

    it('works without any storage where that was chosen', () => {
      const seen = openDeduplicator({ consumer: 'c', storage: forbidden(), whenUnreadable: 'start-empty' });
      expect(seen.handled(dot(1)).verdict).to.equal('fresh');
      expect(seen.handled(dot(1)).verdict).to.equal('duplicate');
      expect(seen.stored).to.equal(false);
      expect(seen.storageCounters.failures).to.be.at.least(2);
    });

    it('mends slots that are damaged while it runs, but leaves a state that it does not know', async () => {
      const storage = memoryStorage();
      const seen = open(storage);
      seen.handled(dot(1));
      for (const slot of ['c.0', 'c.1']) storage.set(slot, 'garbage');
      seen.handled(dot(2));
      expect(seen.stored).to.equal(true);
      expect(seen.storageCounters.failures).to.equal(1);
      expect(handledTicks(open(storage))).to.deep.equal([1, 2]);
      new StateSlots(storage, 'c').write({ format: 'otel-causality/handled/2' });
      seen.handled(dot(3));
      expect(seen.stored).to.equal(false);
      expect(await seen.refresh()).to.equal(false);
      expect(new StateSlots(storage, 'c').read().value).to.deep.equal({ format: 'otel-causality/handled/2' });
    });
  });

  describe('beside another writer of the same consumer', () => {
    it('takes in what the other has stored before it writes, and when it refreshes', async () => {
      const storage = memoryStorage();
      const [left, right] = [open(storage), open(storage)];
      left.handled(dot(1));
      right.handled(dot(2));
      expect(handledTicks(right)).to.deep.equal([1, 2]);
      expect(handledTicks(left)).to.deep.equal([1]);
      expect(await left.refresh()).to.equal(true);
      expect(handledTicks(left)).to.deep.equal([1, 2]);
      expect(left.storageCounters.writes).to.equal(1);
    });

    it('loses nothing when the other acts between any two operations and both refresh', async () => {
      const handled = fc.array(messages, { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(handled, handled, fc.nat(20), async (ours, theirs, at) => {
          const beneath = memoryStorage();
          let operations = 0;
          let racing = true;
          let other: StoredDeduplicator | undefined;
          const left = open(
            watchedStorage(beneath, () => {
              if (operations++ !== at || !racing) return;
              other = open(beneath);
              for (const message of theirs) other.handled(message);
            }),
          );
          for (const message of ours) left.handled(message);
          racing = false;
          await left.refresh();
          await other?.refresh();
          await left.refresh();
          const all = [...ours, ...(other === undefined ? [] : theirs)];
          for (const seen of [left, ...(other === undefined ? [] : [other]), open(beneath)]) {
            for (const message of all) expect(seen.check(message).verdict).to.be.oneOf(['duplicate', 'stale']);
            expect(seen.stored).to.equal(true);
          }
        }),
        { numRuns: 500 },
      );
    });

    it('writes again what the other has overwritten, and then rests', async () => {
      const beneath = memoryStorage();
      let interrupt = true;
      const left = open(
        watchedStorage(beneath, (operation) => {
          if (operation !== 'set' || !interrupt) return;
          interrupt = false;
          right.handled(dot(2));
        }),
      );
      const right = open(beneath);
      left.handled(dot(1));
      for (let round = 0; round < 5; round++) {
        await right.refresh();
        await left.refresh();
      }
      expect(handledTicks(open(beneath))).to.deep.equal([1, 2]);
      expect(left.storageCounters.writes + right.storageCounters.writes).to.be.at.most(3);
    });
  });

  describe('over a storage that answers later', () => {
    it('has stored when `once` resolves, and what is recorded meanwhile with the next write', async () => {
      const beneath = memoryStorage();
      const seen = await openDeduplicator({ consumer: 'c', storage: laterStorage(beneath) });
      await seen.once(dot(1), () => undefined);
      expect(handledTicks(open(beneath))).to.deep.equal([1]);
      for (let tick = 2; tick <= 10; tick++) seen.handled(dot(tick));
      expect(seen.stored).to.equal(false);
      expect(await seen.save()).to.equal(true);
      expect(seen.stored).to.equal(true);
      expect(handledTicks(open(beneath))).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(seen.storageCounters.writes).to.be.at.most(3);
    });

    it('says so when it fails, and tries again', async () => {
      let broken = true;
      const beneath = memoryStorage();
      const storage = laterStorage(beneath, async (operation) => {
        if (broken && operation.startsWith('set')) throw new Crash('broken');
        return Promise.resolve();
      });
      const seen = await openDeduplicator({ consumer: 'c', storage });
      await seen.once(dot(1), () => undefined);
      expect(seen.stored).to.equal(false);
      broken = false;
      expect(await seen.save()).to.equal(true);
      expect(handledTicks(open(beneath))).to.deep.equal([1]);
    });

    it('rejects where it cannot be opened, or starts empty where that was chosen', async () => {
      const storage = laterStorage(memoryStorage(), async () => Promise.reject(new Crash('broken')));
      const error = await openDeduplicator({ consumer: 'c', storage }).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(Crash);
      const seen = await openDeduplicator({ consumer: 'c', storage, whenUnreadable: 'start-empty' });
      expect(seen.handled(dot(1)).verdict).to.equal('fresh');
      expect(await seen.save()).to.equal(false);
    });

    it('loses nothing of two writers, in whatever order their operations are done', async () => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), async (scheduler) => {
          const beneath = memoryStorage();
          const storage = laterStorage(beneath, async (operation) => scheduler.schedule(Promise.resolve(), operation));
          const opening = [0, 1].map(async () => openDeduplicator({ consumer: 'c', storage }));
          await scheduler.waitFor(Promise.all(opening));
          const [left, right] = (await Promise.all(opening)) as [StoredDeduplicator, StoredDeduplicator];
          const work = [left, right].map(async (seen, i) => {
            for (let tick = 1; tick <= 3; tick++) await seen.once(dot(2 * tick - i), () => undefined);
          });
          await scheduler.waitFor(Promise.all(work));
          for (const seen of [left, right, left]) await scheduler.waitFor(seen.refresh());
          for (const seen of [left, right, open(beneath)]) expect(handledTicks(seen)).to.deep.equal([1, 2, 3, 4, 5, 6]);
        }),
        { numRuns: 100 },
      );
    });
  });

  it('writes nothing before there is anything to remember, and nothing in a refresh where saving is by hand', async () => {
    const storage = memoryStorage();
    const fresh = open(storage);
    expect([fresh.stored, await fresh.save(), fresh.storageCounters.writes]).to.deep.equal([true, true, 0]);
    const byHand = openDeduplicator({ consumer: 'c', storage, autoSave: false });
    byHand.handled(dot(1));
    expect(await byHand.refresh()).to.equal(true);
    expect([byHand.stored, open(storage).check(dot(1)).verdict]).to.deep.equal([false, 'fresh']);
    expect([await byHand.save(), open(storage).check(dot(1)).verdict]).to.deep.equal([true, 'duplicate']);
  });

  it('writes again what somebody else has removed', async () => {
    const storage = memoryStorage();
    const seen = open(storage);
    seen.handled(dot(1));
    for (const slot of ['c.0', 'c.1']) storage.remove(slot);
    expect(await seen.refresh()).to.equal(true);
    expect(open(storage).check(dot(1)).verdict).to.equal('duplicate');
  });

  it('counts a damaged slot beside a whole one, however it is opened, and reads the whole one', () => {
    for (const whenUnreadable of ['throw', 'start-empty'] as const) {
      const storage = memoryStorage();
      open(storage).handled(dot(1));
      storage.set('c.1', 'torn');
      const seen = openDeduplicator({ consumer: 'c', storage, whenUnreadable });
      expect(seen.storageCounters, whenUnreadable).to.deep.equal({ writes: 0, failures: 0, damagedSlots: 1 });
      expect(handledTicks(seen)).to.deep.equal([1]);
    }
    const nothing = openDeduplicator({ consumer: 'c', storage: memoryStorage(), whenUnreadable: 'start-empty' });
    expect(nothing.storageCounters).to.deep.equal({ writes: 0, failures: 0, damagedSlots: 0 });
  });

  it('has saved what was recorded while it was saving, when saving is done', async () => {
    const beneath = memoryStorage();
    let act: (() => void) | undefined;
    const acted = new Promise<void>((resolve) => {
      act = resolve;
    });
    const storage = laterStorage(beneath, async (operation) => {
      // What is being written does not hold the second.
      if (operation.startsWith('set') && act !== undefined) {
        act();
        act = undefined;
        seen.handled(dot(2));
      }
      return Promise.resolve();
    });
    const seen = await openDeduplicator({ consumer: 'c', storage });
    seen.handled(dot(1));
    await acted;
    expect(await seen.save()).to.equal(true);
    expect([seen.stored, handledTicks(open(beneath))]).to.deep.equal([true, [1, 2]]);
  });

  it('refuses bad options', () => {
    const storage = memoryStorage();
    expect(
      expectInvalid(() => openDeduplicator({ consumer: 'c', storage, whenUnreadable: 'x' as never }), 'whenUnreadable')
        .expected,
    ).to.equal("'throw' or 'start-empty'");
    expectInvalid(() => open(storage, '../c'), 'name');
    expectInvalid(() => openDeduplicator({ consumer: 'c', storage: undefined as never }), 'storage');
    expectInvalid(() => openDeduplicator({ consumer: 'c', storage: localStorageLike as never }), 'storage');
    expectInvalid(
      () => openDeduplicator({ consumer: 'c', storage, whenUnreadable: 'guess' as never }),
      'whenUnreadable',
    );
    expectInvalid(() => openDeduplicator({ consumer: 'c', storage, maxNodes: 0 }), 'maxNodes');
  });
});

/** Somebody forgot the adapter. */
const localStorageLike = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
