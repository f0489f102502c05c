/**
 * Where states are kept: three operations, at once or by promise, and the adapters for a page and for tests.
 *
 * A storage may throw, reject, be full, or return what somebody else wrote: those who use one expect all of it.
 */

/** A storage that answers at once, such as `localStorage` or a file. */
export interface SyncStateStorage {
  /** The text under this name; null or undefined when there is none. */
  get(name: string): string | null | undefined;
  /** Keeps the text under this name. When it returns, the text should outlive the process. */
  set(name: string, text: string): void;
  /** Removes the text; nothing happens where there is none. */
  remove(name: string): void;
}

/** A storage that answers later, such as IndexedDB or a database. */
export interface AsyncStateStorage {
  /** The text under this name; null or undefined when there is none. */
  get(name: string): Promise<string | null | undefined>;
  /** Keeps the text under this name. When it resolves, the text should outlive the process. */
  set(name: string, text: string): Promise<void>;
  /** Removes the text; nothing happens where there is none. */
  remove(name: string): Promise<void>;
}

/** Either kind: what it returns tells which. */
export type StateStorage = SyncStateStorage | AsyncStateStorage;

/** What a page's `localStorage` and `sessionStorage` look like. */
export interface WebStorage {
  getItem(name: string): string | null;
  setItem(name: string, text: string): void;
  removeItem(name: string): void;
}

/** A storage that ends with the process. */
export function memoryStorage(): SyncStateStorage {
  const texts = new Map<string, string>();
  return {
    get: (name) => texts.get(name),
    set: (name, text) => void texts.set(name, text),
    remove: (name) => void texts.delete(name),
  };
}

/**
 * `localStorage` or `sessionStorage`.
 * @param storage the storage, or a function that returns it: where a browser forbids storage, even to name
 *   `localStorage` throws
 * @param prefix put before every name, so that others find theirs
 */
export function webStorage(storage: WebStorage | (() => WebStorage), prefix = 'otel-causality:'): SyncStateStorage {
  const found = typeof storage === 'function' ? storage : (): WebStorage => storage;
  return {
    get: (name) => found().getItem(prefix + name),
    set: (name, text) => found().setItem(prefix + name, text),
    remove: (name) => found().removeItem(prefix + name),
  };
}
