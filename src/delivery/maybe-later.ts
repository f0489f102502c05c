/**
 * One way to write what happens at once with a storage that answers at once, and later with one that answers later.
 *
 * Guarantee: nothing is put off that need not be: a value that is there goes on in the same turn, and an error that is
 * thrown is met where a rejection is.
 */

export type MaybeLater<T> = T | Promise<T>;

export function isLater<T>(value: MaybeLater<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** Goes on with a value, now when it is there. */
export function after<T, U>(value: MaybeLater<T>, next: (value: T) => MaybeLater<U>): MaybeLater<U> {
  return isLater(value) ? inTime(value, next) : next(value);
}

/** Runs something that may throw or reject, and goes on with its error. */
export function rescue<T>(action: () => MaybeLater<T>, failed: (error: unknown) => T): MaybeLater<T> {
  try {
    const value = action();
    return isLater(value) ? value.catch(failed) : value;
  } catch (error) {
    return failed(error);
  }
}

async function inTime<T, U>(value: Promise<T>, next: (value: T) => MaybeLater<U>): Promise<U> {
  return next(await value);
}
