import { expect } from 'chai';
import { OneByOne } from '../../../src/analysis/readers/one-by-one.js';

/** What happened to the source, and lists that come when they are asked for. */
function source(lists: readonly (readonly number[])[], end?: Error): { seen: string[]; read: OneByOne<number> } {
  const seen: string[] = [];
  async function* all(): AsyncGenerator<readonly number[], void, undefined> {
    try {
      for (const list of lists) {
        seen.push(`asked for ${list.join('')}`);
        await Promise.resolve();
        yield list;
      }
      if (end !== undefined) throw end;
    } finally {
      seen.push('closed');
    }
  }
  return { seen, read: new OneByOne(all()) };
}

describe('elements of lists, one by one', () => {
  it('come in order, and the next list is asked for when one is used up', async () => {
    const { read, seen } = source([[1, 2], [], [3]]);
    expect(seen).to.deep.equal([]);
    expect(await read.next()).to.deep.equal({ done: false, value: 1 });
    expect(await read.next()).to.deep.equal({ done: false, value: 2 });
    expect(seen).to.deep.equal(['asked for 12']);
    expect(await read.next()).to.deep.equal({ done: false, value: 3 });
    expect(await read.next()).to.deep.equal({ done: true, value: undefined });
    expect(await read.next()).to.deep.equal({ done: true, value: undefined });
    expect(seen).to.deep.equal(['asked for 12', 'asked for ', 'asked for 3', 'closed']);
  });

  it('come once each, however many are asked for at once', async () => {
    const { read } = source([[1, 2], [3], [4, 5, 6]]);
    const asked = Array.from({ length: 9 }, () => read.next());
    const found = await Promise.all(asked);
    expect(found.map(({ value }) => value)).to.deep.equal([1, 2, 3, 4, 5, 6, undefined, undefined, undefined]);
  });

  it('close their source where the reader stops', async () => {
    const { read, seen } = source([[1, 2], [3]]);
    for await (const value of read) {
      if (value === 1) break;
    }
    expect(seen.at(-1)).to.equal('closed');
    expect(await read.next()).to.deep.equal({ done: true, value: undefined });
  });

  it('end where the reader stops, even in the middle of a list and with requests on their way', async () => {
    const { read } = source([[1], [2, 3]]);
    const found = await Promise.all([read.next(), read.next(), read.return(), read.next()]);
    expect(found.map(({ value }) => value)).to.deep.equal([1, 2, undefined, undefined]);
  });

  it('hand an error to who asked, and are at their end', async () => {
    const broken = new Error('broken');
    const { read } = source([[1]], broken);
    const [first, second, third] = await Promise.allSettled([read.next(), read.next(), read.next()]);
    expect(first).to.deep.include({ status: 'fulfilled', value: { done: false, value: 1 } });
    expect(second).to.deep.equal({ status: 'rejected', reason: broken });
    expect(third).to.deep.include({ status: 'fulfilled', value: { done: true, value: undefined } });
  });

  it('throw what they are told to, and close their source', async () => {
    const { read, seen } = source([[1, 2]]);
    await read.next();
    const told = new Error('told');
    let thrown: unknown;
    await read.throw(told).catch((error: unknown) => (thrown = error));
    expect(thrown).to.equal(told);
    expect(seen.at(-1)).to.equal('closed');
    expect(await read.next()).to.deep.equal({ done: true, value: undefined });
  });
});
