/** Between the question and the record: what `begin`, `once` and `handled` do. */
import { expect } from 'chai';
import type { KeyVersion, NamedMessage } from '../../src/delivery/handled-memory.js';
import { identityOf } from '../../src/delivery/handling-set.js';
import { CausalDeduplicator, type IdentifiedMessage, VectorTimestamp } from '../../src/delivery/index.js';

const first: IdentifiedMessage = { node: 'a', tick: 1 };
const version = (key: string, entries: Readonly<Record<string, number>>): IdentifiedMessage => ({
  key,
  vector: VectorTimestamp.from(Object.entries(entries)),
});

describe('identityOf', () => {
  it('is a text of its own for each number of a node, and for each version of a key without one', () => {
    const of = (key: string, entries: Readonly<Record<string, number>>): KeyVersion => ({
      key,
      vector: VectorTimestamp.from(Object.entries(entries)),
      incomplete: false,
    });
    const named: readonly NamedMessage[] = [
      { dot: { node: 'a', tick: 1 }, version: undefined },
      { dot: { node: 'a', tick: 2 }, version: of('k', { a: 1 }) },
      { dot: { node: 'b', tick: 1 }, version: of('k', { a: 1 }) },
      { dot: undefined, version: of('k', { a: 1 }) },
      { dot: undefined, version: of('k', { a: 2 }) },
      { dot: undefined, version: of('l', { a: 1 }) },
    ];
    expect(new Set(named.map(identityOf)).size).to.equal(named.length);
    expect(identityOf({ dot: { node: 'a', tick: 1 }, version: of('x', { b: 1 }) })).to.equal('dot 1 a');
  });
});

describe('handling a message once', () => {
  it('has nothing against a message that is in hand, or was handled', () => {
    const seen = new CausalDeduplicator();
    const handling = seen.begin(first);
    expect(seen.check(first)).to.deep.equal({ verdict: 'handling', handle: false, against: [] });
    handling.commit();
    expect(seen.check(first)).to.deep.equal({ verdict: 'duplicate', handle: false, against: [] });
    expect(Object.values(seen.counters.refused).every((count) => count === 0)).to.equal(true);
  });

  it('records no message in hand for which there is no room any more', () => {
    const seen = new CausalDeduplicator({ maxNodes: 1, whenFull: 'refuse' });
    seen.begin(first);
    seen.handled({ node: 'b', tick: 1 });
    expect(seen.handled(first)).to.include({ verdict: 'refused', reason: 'too-many-nodes' });
  });

  it('goes by the version where half of the number is missing', () => {
    const seen = new CausalDeduplicator();
    for (const half of [{ node: 'a' }, { tick: 1 }, {}]) {
      expect(seen.check({ ...half, ...version('k', { a: 1 }) } as IdentifiedMessage).verdict).to.equal('fresh');
      expect(seen.check(half as IdentifiedMessage)).to.include({ verdict: 'refused', reason: 'malformed' });
    }
  });

  it('asks without changing or counting anything', () => {
    const seen = new CausalDeduplicator();
    expect(seen.check(first)).to.deep.equal({ verdict: 'fresh', handle: true, against: [] });
    expect(seen.check(first).verdict).to.equal('fresh');
    expect(seen.counters.verdicts.fresh).to.equal(0);
  });

  it('holds a copy off while the first is handled, and calls it a duplicate after', () => {
    const seen = new CausalDeduplicator();
    const handling = seen.begin(first);
    expect(handling).to.include({ verdict: 'fresh', handle: true });
    expect(seen.begin({ node: 'a', tick: 1 })).to.include({ verdict: 'handling', handle: false });
    expect(seen.check({ node: 'b', tick: 1 }).verdict).to.equal('fresh');
    expect(seen.toJSON().nodes).to.deep.equal([]);
    handling.commit();
    expect(seen.check(first).verdict).to.equal('duplicate');
    expect(seen.counters.verdicts).to.include({ fresh: 1, handling: 1, duplicate: 0 });
  });

  it('gives the message back when the handling is aborted, and ends only once', () => {
    const seen = new CausalDeduplicator();
    const handling = seen.begin(first);
    handling.abort();
    handling.commit();
    expect(seen.check(first).verdict).to.equal('fresh');
    const second = seen.begin(first);
    handling.abort();
    expect(seen.check(first).verdict).to.equal('handling');
    second.commit();
    second.abort();
    expect(seen.check(first).verdict).to.equal('duplicate');
  });

  it('handles one message of a key at a time', () => {
    const seen = new CausalDeduplicator();
    const handling = seen.begin({ ...first, ...version('k', { a: 1 }) });
    expect(seen.begin({ node: 'a', tick: 2, ...version('k', { a: 2 }) }).verdict).to.equal('handling');
    expect(seen.begin(version('other', { a: 2 })).verdict).to.equal('fresh');
    handling.commit();
    expect(seen.begin(version('k', { a: 2 })).verdict).to.equal('fresh');
  });

  it('has nothing to end where there is nothing to handle', () => {
    const seen = new CausalDeduplicator();
    seen.handled(first);
    const handling = seen.begin(first);
    expect(handling.verdict).to.equal('duplicate');
    handling.commit();
    handling.abort();
    const malformed = seen.begin({});
    malformed.commit();
    malformed.abort();
    expect(seen.toJSON().nodes).to.deep.equal([['a', 0, [1, 1]]]);
  });

  it('runs a handler once, of any number of copies at once', async () => {
    const seen = new CausalDeduplicator();
    const handled: IdentifiedMessage[] = [];
    let finish = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const copies = [1, 2, 3].map(async () =>
      seen.once(first, async (message) => {
        await gate;
        handled.push(message);
      }),
    );
    finish();
    const verdicts = (await Promise.all(copies)).map(({ verdict }) => verdict);
    expect(verdicts).to.deep.equal(['fresh', 'handling', 'handling']);
    expect(handled).to.deep.equal([first]);
    expect((await seen.once(first, () => handled.push(first))).verdict).to.equal('duplicate');
    expect(handled.length).to.equal(1);
  });

  it('lets a message come again after a handler that throws', async () => {
    const seen = new CausalDeduplicator();
    const failure = new Error('the handler failed');
    const fail = (): never => {
      throw failure;
    };
    const caught = await seen.once(first, fail).catch((error: unknown) => error);
    expect(caught).to.equal(failure);
    expect(seen.check(first).verdict).to.equal('fresh');
    expect((await seen.once(first, () => undefined)).verdict).to.equal('fresh');
  });

  it('queues what is concurrent instead of handling it, until it is settled', async () => {
    const seen = new CausalDeduplicator();
    const [ours, theirs] = [version('k', { a: 1 }), version('k', { b: 1 })];
    seen.handled(ours);
    let calls = 0;
    const decision = await seen.once(theirs, () => calls++);
    expect(decision).to.include({ verdict: 'concurrent', handle: false });
    expect(decision.against.map(String)).to.deep.equal(['a=1']);
    expect(calls).to.equal(0);
    expect([...seen.conflicts].map(({ message }) => message)).to.deep.equal([theirs]);
    const conflict = seen.conflicts.take();
    expect(conflict?.against).to.deep.equal([ours.vector]);
    expect(seen.conflicts.take()).to.equal(undefined);
    expect(seen.handled(theirs).verdict).to.equal('concurrent');
    expect(seen.check(theirs).verdict).to.equal('duplicate');
    expect(seen.check(ours).verdict).to.equal('duplicate');
    expect(seen.check(version('k', { a: 1, b: 1, c: 1 })).verdict).to.equal('fresh');
    expect(seen.check(version('k', { a: 2 })).verdict).to.equal('concurrent');
  });

  it('does not queue what is only asked about', () => {
    const seen = new CausalDeduplicator();
    seen.handled(version('k', { a: 1 }));
    expect(seen.check(version('k', { b: 1 })).verdict).to.equal('concurrent');
    expect(seen.conflicts.size).to.equal(0);
  });

  it('goes by one whole name where the other is half there', () => {
    const seen = new CausalDeduplicator();
    expect(seen.handled({ ...first, key: 'k' }).verdict).to.equal('fresh');
    expect(seen.check(first).verdict).to.equal('duplicate');
    expect(seen.handled({ node: 'b', ...version('k', { b: 1 }) }).verdict).to.equal('fresh');
    expect(seen.check(version('k', { b: 1 })).verdict).to.equal('duplicate');
    expect(seen.toJSON().nodes.length).to.equal(1);
  });

  it('takes the strictest answer of two names', () => {
    const seen = new CausalDeduplicator();
    seen.handled({ node: 'a', tick: 2, ...version('k', { a: 2 }) });
    expect(seen.check({ node: 'a', tick: 2, ...version('k', { a: 9 }) }).verdict).to.equal('duplicate');
    expect(seen.check({ node: 'a', tick: 1, ...version('k', { a: 1 }) }).verdict).to.equal('stale');
    expect(seen.check({ node: 'b', tick: 1, ...version('k', { a: 2 }) }).verdict).to.equal('duplicate');
    expect(seen.check({ node: 'b', tick: 1, ...version('k', { b: 1 }) }).verdict).to.equal('concurrent');
    expect(seen.check({ node: 'b', tick: 1, ...version('k', { a: 2, b: 1 }) }).verdict).to.equal('fresh');
  });
});
