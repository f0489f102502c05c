import { expect } from 'chai';
import { DROPPED_TRACES_PER_GENERATION } from '../../src/clocks/limits.js';
import { DroppedTraces } from '../../src/otel/dropped-traces.js';

/** Ids that are spread like trace ids, and the same in every run. */
function ids(count: number, seed: number): string[] {
  let state = seed;
  const half = (): string => {
    // Mulberry32: small, and random enough for ids.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0).toString(16).padStart(8, '0');
  };
  return Array.from({ length: count }, () => half() + half());
}

describe('the memory of dropped traces', () => {
  it('knows nothing at first', () => {
    const dropped = new DroppedTraces(64);
    expect(ids(1000, 1).some((id) => dropped.mayContain(id))).to.equal(false);
  });

  it('always knows as many of the last as one generation holds', () => {
    const dropped = new DroppedTraces(64);
    const all = ids(1000, 2);
    for (const [i, id] of all.entries()) {
      dropped.add(id);
      for (const recent of all.slice(Math.max(0, i - 63), i + 1)) expect(dropped.mayContain(recent)).to.equal(true);
    }
  });

  it('forgets what is older than two generations, but for chance hits', () => {
    const dropped = new DroppedTraces(1024);
    const all = ids(10_000, 3);
    for (const id of all) dropped.add(id);
    const remembered = all.slice(0, 7000).filter((id) => dropped.mayContain(id)).length;
    expect(remembered).to.be.lessThan(7000 * 0.02);
  });

  it('knows whether it has ever forgotten one', () => {
    const dropped = new DroppedTraces(2);
    for (let i = 0; i < 4; i++) dropped.add(i.toString(16).padStart(16, '0'));
    expect(dropped.hasForgotten).to.equal(false);
    dropped.add('f'.repeat(16));
    expect(dropped.hasForgotten).to.equal(true);
  });

  it('has two generations of the limit’s size where nothing else is said', () => {
    const dropped = new DroppedTraces();
    for (const id of ids(2 * DROPPED_TRACES_PER_GENERATION, 6)) dropped.add(id);
    expect(dropped.hasForgotten).to.equal(false);
    dropped.add('f'.repeat(16));
    expect(dropped.hasForgotten).to.equal(true);
  });

  it('takes few new traces for dropped ones', () => {
    const dropped = new DroppedTraces(4096);
    for (const id of ids(8192, 4)) dropped.add(id);
    const hits = ids(50_000, 5).filter((id) => dropped.mayContain(id)).length;
    expect(hits).to.be.lessThan(50_000 / 100);
  });

  it('bears ids that a stranger chose to collide, and ids at the edges', () => {
    const dropped = new DroppedTraces(64);
    for (let i = 0; i < 1000; i++) dropped.add('0000000000000000');
    expect(dropped.mayContain('0000000000000000')).to.equal(true);
    dropped.add('ffffffffffffffff');
    expect(dropped.mayContain('ffffffffffffffff')).to.equal(true);
    expect(ids(100, 6).filter((id) => dropped.mayContain(id)).length).to.be.lessThan(5);
  });
});
