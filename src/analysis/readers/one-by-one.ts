/**
 * The elements of lists that come one after another, each handed out by itself.
 *
 * Guarantee: an async generator in all that can be seen of it: elements in order, however many are asked for at once;
 * the source is asked for its next list when the last is used up, and is closed where the reader stops.
 * Hazard: it exists because two nested async generators cost as much for an element as it takes to parse half of it.
 * Where an element is at hand, nothing is awaited here.
 */

type Result<T> = IteratorResult<T, void>;

export class OneByOne<T> implements AsyncGenerator<T, void, undefined> {
  private list: readonly T[] = [];
  private at = 0;
  /** Requests that wait for a list, in the order in which they came; the last of them. */
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly lists: AsyncGenerator<readonly T[], void, undefined>) {}

  next(): Promise<Result<T>> {
    if (this.waiting === 0 && this.at < this.list.length) {
      return Promise.resolve({ done: false, value: this.list[this.at++] as T });
    }
    return this.inTurn(() => this.refilled());
  }

  return(): Promise<Result<T>> {
    return this.inTurn(async () => {
      this.list = [];
      this.at = 0;
      await this.lists.return();
      return { done: true, value: undefined };
    });
  }

  throw(error: unknown): Promise<Result<T>> {
    return this.inTurn(async () => {
      this.list = [];
      this.at = 0;
      await this.lists.throw(error);
      return { done: true, value: undefined };
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  private async refilled(): Promise<Result<T>> {
    while (this.at >= this.list.length) {
      const next = await this.lists.next();
      if (next.done === true) return { done: true, value: undefined };
      this.list = next.value;
      this.at = 0;
    }
    return { done: false, value: this.list[this.at++] as T };
  }

  /** Does it once all that was asked for before is done. */
  private inTurn(what: () => Promise<Result<T>>): Promise<Result<T>> {
    this.waiting++;
    const done = this.last.then(what).finally(() => {
      this.waiting--;
    });
    // Whoever asked hears of an error; the next in turn does not.
    this.last = done.catch(() => undefined);
    return done;
  }
}
