/** Storages that do what storages do: stop in the middle of a write, fail, and let others in between two operations. */
import { type AsyncStateStorage, memoryStorage, type SyncStateStorage } from '../../src/delivery/index.js';

/** The process died: nothing after it happens. */
export class Crash extends Error {}

/** A storage whose process dies after so many characters were written; what was written stays, torn. */
export function crashingStorage(beneath: SyncStateStorage, charactersLeft: number): SyncStateStorage {
  let left = charactersLeft;
  return {
    get: (name) => beneath.get(name),
    set(name, text) {
      if (text.length > left) {
        // A file is emptied before it is written.
        beneath.set(name, text.slice(0, left));
        left = -1;
        throw new Crash('in the middle of a write');
      }
      left -= text.length;
      beneath.set(name, text);
    },
    remove: (name) => beneath.remove(name),
  };
}

/** A storage that calls `before` ahead of each operation: there somebody else may act, or it may throw. */
export function watchedStorage(
  beneath: SyncStateStorage,
  before: (operation: 'get' | 'set' | 'remove', name: string) => void,
): SyncStateStorage {
  return {
    get(name) {
      before('get', name);
      return beneath.get(name);
    },
    set(name, text) {
      before('set', name);
      beneath.set(name, text);
    },
    remove(name) {
      before('remove', name);
      beneath.remove(name);
    },
  };
}

/** The same storage, answering later, when `turn` lets it. */
export function laterStorage(
  beneath: SyncStateStorage = memoryStorage(),
  turn: (operation: string) => Promise<unknown> = async () => Promise.resolve(),
): AsyncStateStorage {
  return {
    async get(name) {
      await turn(`get ${name}`);
      return beneath.get(name);
    },
    async set(name, text) {
      await turn(`set ${name}`);
      beneath.set(name, text);
    },
    async remove(name) {
      await turn(`remove ${name}`);
      beneath.remove(name);
    },
  };
}
