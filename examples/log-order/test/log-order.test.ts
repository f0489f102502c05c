import { expect } from 'chai';
import { compareLogStamps, type LogStamp } from 'otel-causality/logs';
import { runFleet } from '../src/fleet.js';
import { CHAINS, happensBefore, LINES } from '../src/ledger.js';
import type { LogLine } from '../src/log-line.js';
import { byCause, byWallClock } from '../src/sort.js';

const CHECKOUTS = 30;

/** Pairs of the ledger that a sorted list turns round: below is what really happened before. */
function inversions(sorted: readonly LogLine[]): string[] {
  return sorted.flatMap((line, i) =>
    sorted
      .slice(i + 1)
      .filter((below) => below.checkout === line.checkout && happensBefore(below.text, line.text))
      .map((below) => `${line.checkout}: ${line.text} above ${below.text}`),
  );
}

describe('the logs of three services whose clocks are apart', () => {
  let lines: readonly LogLine[];

  before(async () => {
    lines = await runFleet(CHECKOUTS, 5);
  });

  it('come in whole, from pino and from winston, each with a stamp', () => {
    expect(lines.length).to.equal(CHECKOUTS * LINES.size);
    const distinct = new Set(lines.map(({ checkout, text }) => `${checkout} ${text}`));
    expect(distinct.size).to.equal(lines.length);
    expect(lines.filter(({ text }) => !LINES.has(text))).to.deep.equal([]);
    expect(lines.filter(({ stamp }) => stamp === undefined || stamp.incomplete)).to.deep.equal([]);
    expect(new Set(lines.map(({ service }) => service))).to.deep.equal(new Set(['gateway', 'orders', 'payments']));
  });

  it('are in the wrong order by wall clock, in every checkout', () => {
    const wrong = new Set(inversions(byWallClock(lines)).map((one) => one.split(':')[0]));
    expect(wrong.size).to.equal(CHECKOUTS);
  });

  it('are in an order that happened by causality.lamport, node and log.seq', () => {
    expect(inversions(byCause(lines))).to.deep.equal([]);
    // Whatever order they came in.
    expect(byCause(lines.toReversed())).to.deep.equal(byCause(lines));
  });

  it('are proven to be before one another exactly where they are', () => {
    let concurrent = 0;
    for (let checkout = 1; checkout <= CHECKOUTS; checkout++) {
      const of = new Map(lines.filter((one) => one.checkout === `${checkout}`).map(({ text, stamp }) => [text, stamp]));
      for (const a of LINES) {
        for (const b of LINES) {
          const relation = compareLogStamps(of.get(a) as LogStamp, of.get(b) as LogStamp);
          if (happensBefore(a, b)) expect(relation, `${checkout}: ${a} and ${b}`).to.equal('before');
          if (relation === 'before') expect(happensBefore(b, a), `${checkout}: ${a} and ${b}`).to.equal(false);
          if (relation === 'concurrent') concurrent++;
        }
      }
    }
    // Stock and payment are looked for at the same time.
    expect(concurrent).to.be.greaterThan(0);
  });

  it('have a ledger that can tell', () => {
    const [chain = []] = CHAINS;
    expect(happensBefore('checkout received', 'checkout done')).to.equal(true);
    expect(happensBefore('stock reserved', 'payment authorized')).to.equal(false);
    expect(happensBefore('payment authorized', 'stock reserved')).to.equal(false);
    expect(inversions([...lines].filter(({ text }) => chain.includes(text)).reverse()).length).to.be.greaterThan(0);
  });
});
