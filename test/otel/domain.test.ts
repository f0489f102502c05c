import { expect } from 'chai';
import { CLOCK_RESOLUTION_MS, MAX_COUNTER } from '../../src/clocks/limits.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { parseStamp } from '../../src/codec/wire-text.js';
import { Counters } from '../../src/otel/counters.js';
import { Domain } from '../../src/otel/domain.js';

const ID = '7b1d62f2c9e04a15';
const NOON = 1_719_835_200_000;

function domainOf(counters = new Counters(), rules = {}): Domain {
  return new Domain(ID, { maxEntries: 64, maxDriftMs: 500, counters, node: 'me', ...rules }, 0);
}

const stampOf = (lamport: number, hlc = '', flags = 0): ReturnType<typeof parseStamp> =>
  parseStamp(`1!${ID}!${lamport}!${hlc}!${flags}!a*1`);

describe('a domain', () => {
  it('tells the time only where it has one', () => {
    const relaying = domainOf();
    relaying.hear(stampOf(3), NOON, true);
    expect(relaying.text()).to.equal(`1!${ID}!3!!2!a*1`);
    for (const [hlc, now] of [
      ['0000000000000010', 0],
      ['0000000100000000', 1000],
    ] as const) {
      const domain = domainOf();
      domain.hear(stampOf(3, hlc), now, true);
      expect(domain.text()).to.equal(`1!${ID}!3!${hlc}!0!a*1`);
    }
  });

  it('calls a clock behind whose cause is ahead by what clocks of one host may not be, and no less', () => {
    // A microsecond to either side: a hybrid time is rounded to less than that.
    const [ahead, level] = [CLOCK_RESOLUTION_MS + 0.001, CLOCK_RESOLUTION_MS - 0.001];
    const behind = (millis: number): number =>
      domainOf().hear(stampOf(3, Ntp64.fromMillis(NOON + millis).toHex()), NOON, true);
    expect(behind(ahead)).to.be.closeTo(ahead, 0.0005);
    expect(behind(level)).to.equal(0);
  });

  it('gives logs the time of their writing where it is wanted, and else its last', () => {
    const domain = domainOf();
    domain.tick('me', NOON);
    const { seconds } = Ntp64.fromMillis(NOON);
    expect(domain.observe('me', 1, undefined).hlc?.seconds ?? seconds).to.equal(seconds);
    expect(domain.observe('me', 2, NOON + 5000).hlc?.seconds).to.equal(seconds + 5);
    expect(domain.text()).to.include(`!${(seconds + 5).toString(16)}`);
    domain.observe('me', 3, undefined);
    expect(domain.text()).to.include(`!${(seconds + 5).toString(16)}`);
  });

  it('takes what it was told for its reason', () => {
    const counters = new Counters();
    domainOf(counters).hear(stampOf(3, '', 1), NOON, true);
    expect(counters.snapshot(0).incomplete).to.deep.equal({ 'told-so': 1 });
  });

  describe('that is dropped', () => {
    const floorOf = (): { lamport: number; hlc: Ntp64 } => ({ lamport: 5, hlc: new Ntp64(7, 0) });

    it('raises a floor to its times, and never lowers it', () => {
      const [low, high] = [domainOf(), domainOf()];
      low.hearTimes(stampOf(4, '0000000600000000'), 5900, false);
      high.hearTimes(stampOf(9, '0000000800000000'), 7900, false);
      const floor = floorOf();
      low.raise(floor);
      expect(floor).to.deep.equal(floorOf());
      high.raise(floor);
      expect([floor.lamport, floor.hlc.toHex()]).to.deep.equal([9, '0000000800000000']);
    });

    it('raises nothing by a Lamport time beyond half of the range', () => {
      for (const [lamport, raised] of [
        [MAX_COUNTER / 2, MAX_COUNTER / 2],
        [MAX_COUNTER / 2 + 1, 5],
        [MAX_COUNTER, 5],
      ] as const) {
        const domain = domainOf();
        domain.hearTimes(stampOf(lamport), NOON, false);
        const floor = floorOf();
        domain.raise(floor);
        expect(floor.lamport).to.equal(raised);
      }
    });

    it('goes on above the floor, its first log too', () => {
      const domain = domainOf();
      domain.continueAbove({ lamport: 9, hlc: new Ntp64(7, 0) });
      expect(domain.observe('me', 1, undefined).lamport).to.equal(10);
      expect(domain.observe('me', 2, undefined).lamport).to.equal(10);
      expect(domain.tick('me', 0).lamport).to.equal(11);
    });
  });
});
