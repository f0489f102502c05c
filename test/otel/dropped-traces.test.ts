import { expect } from 'chai';
import { DROPPED_TRACES_PER_GENERATION } from '../../src/clocks/limits.js';
import { DroppedTraces } from '../../src/otel/dropped-traces.js';
import { TraceKey } from '../../src/otel/trace-key.js';
import { traceKeys } from '../support/trace-keys.js';

const ZERO = new TraceKey('0000000000000000');

describe('the memory of dropped traces', () => {
  it('knows nothing at first', () => {
    const dropped = new DroppedTraces(64);
    expect(traceKeys(1000, 1).some((key) => dropped.mayContain(key))).to.equal(false);
  });

  it('always knows as many of the last as one generation holds', () => {
    const dropped = new DroppedTraces(64);
    const all = traceKeys(1000, 2);
    for (const [i, key] of all.entries()) {
      dropped.add(key);
      for (const recent of all.slice(Math.max(0, i - 63), i + 1)) expect(dropped.mayContain(recent)).to.equal(true);
    }
  });

  it('forgets what is older than two generations, but for chance hits', () => {
    const dropped = new DroppedTraces(1024);
    const all = traceKeys(10_000, 3);
    for (const key of all) dropped.add(key);
    const remembered = all.slice(0, 7000).filter((key) => dropped.mayContain(key)).length;
    expect(remembered).to.be.lessThan(7000 * 0.02);
  });

  it('knows whether it has ever forgotten one', () => {
    const dropped = new DroppedTraces(2);
    for (let i = 0; i < 4; i++) dropped.add(new TraceKey(i.toString(16).padStart(16, '0')));
    expect(dropped.hasForgotten).to.equal(false);
    dropped.add(new TraceKey('f'.repeat(16)));
    expect(dropped.hasForgotten).to.equal(true);
  });

  it('has two generations of the limit’s size where nothing else is said', () => {
    const dropped = new DroppedTraces();
    for (const key of traceKeys(2 * DROPPED_TRACES_PER_GENERATION, 6)) dropped.add(key);
    expect(dropped.hasForgotten).to.equal(false);
    dropped.add(new TraceKey('f'.repeat(16)));
    expect(dropped.hasForgotten).to.equal(true);
  });

  it('takes one new trace in thousands for a dropped one, however full it is', () => {
    const dropped = new DroppedTraces(4096);
    for (const key of traceKeys(8192, 4)) dropped.add(key);
    const hits = traceKeys(200_000, 5).filter((key) => dropped.mayContain(key)).length;
    // Some 27 with two full generations; beyond 60 in none of a billion such filters.
    expect(hits).to.be.within(5, 60);
  });

  it('takes as few where an id generator makes ids that are no hexadecimal digits', () => {
    const dropped = new DroppedTraces(4096);
    const odd = traceKeys(30_000, 8).map(
      ({ id }) => new TraceKey(id.replaceAll(/[0-9]/g, (digit) => 'ghijklmnop'[+digit] ?? '')),
    );
    for (const key of odd.slice(0, 8192)) dropped.add(key);
    expect(odd.slice(4096, 8192).every((key) => dropped.mayContain(key))).to.equal(true);
    expect(odd.slice(8192).filter((key) => dropped.mayContain(key)).length).to.be.lessThan(40);
  });

  it('keeps its two generations apart, whichever is the younger', () => {
    const dropped = new DroppedTraces(256);
    const all = traceKeys(2560, 7);
    for (const [i, key] of all.entries()) {
      dropped.add(key);
      if (i % 256 !== 255) continue;
      const latest = all.slice(Math.max(0, i - 511), i + 1);
      expect(
        latest.every((one) => dropped.mayContain(one)),
        `after ${i + 1}`,
      ).to.equal(true);
      const gone = all.slice(0, Math.max(0, i - 511)).filter((one) => dropped.mayContain(one)).length;
      expect(gone, `after ${i + 1}`).to.be.at.most(6);
    }
  });

  it('bears ids that a stranger chose to collide, and ids at the edges', () => {
    const dropped = new DroppedTraces(64);
    for (let i = 0; i < 1000; i++) dropped.add(ZERO);
    expect(dropped.mayContain(ZERO)).to.equal(true);
    dropped.add(new TraceKey('ffffffffffffffff'));
    expect(dropped.mayContain(new TraceKey('ffffffffffffffff'))).to.equal(true);
    expect(traceKeys(100, 6).filter((key) => dropped.mayContain(key)).length).to.be.lessThan(5);
  });
});
