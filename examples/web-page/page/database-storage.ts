/**
 * A storage that the tabs of a browser can take turns with: IndexedDB.
 *
 * Guarantee: when `set` has resolved, every tab that asks afterwards gets what it stored.
 * Why not `localStorage`: tabs may live in processes of their own, each with its own copy of it, which hear of each
 * other's writes a moment later. A lock does not wait for that; counting under one loses up to a fifth of the counts.
 */
import type { AsyncStateStorage } from 'otel-causality/delivery';

const STORE = 'states';

/** @param name of the database; made at the first use, so that a browser that forbids it fails there and not here */
export function databaseStorage(name: string): AsyncStateStorage {
  let opening: Promise<IDBDatabase> | undefined;
  const database = async (): Promise<IDBDatabase> => {
    opening ??= open(name);
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };
  const change = async (act: (store: IDBObjectStore) => unknown): Promise<void> => {
    const transaction = (await database()).transaction(STORE, 'readwrite');
    act(transaction.objectStore(STORE));
    await new Promise<void>((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve());
      transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('the write was aborted')));
    });
  };
  return {
    async get(key) {
      return answer(
        (await database()).transaction(STORE).objectStore(STORE).get(key) as IDBRequest<string | undefined>,
      );
    },
    set: (key, text) => change((store) => store.put(text, key)),
    remove: (key) => change((store) => store.delete(key)),
  };
}

async function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.addEventListener('upgradeneeded', () => {
    request.result.createObjectStore(STORE);
  });
  const database = await answer(request);
  // Another tab with a later version of this page must not wait for us.
  database.addEventListener('versionchange', () => database.close());
  return database;
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('the database refused')));
  });
}
