import { expect } from 'chai';
import { CLOCK_RESOLUTION_MS, MAX_COUNTER } from '../../src/clocks/limits.js';
import type { Halves } from '../../src/clocks/ntp64-halves.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { PROCESS_DOMAIN } from '../../src/clocks/stamp.js';
import { parseStamp } from '../../src/codec/wire-text.js';
import { Counters } from '../../src/otel/counters.js';
import { Domain } from '../../src/otel/domain.js';
import { TimesFloor } from '../../src/otel/times-floor.js';
import { TraceKey } from '../../src/otel/trace-key.js';
import { givenTime } from '../support/given.js';

const ID = '7b1d62f2c9e04a15';
const NOON = 1_719_835_200_000;

const itself = (domain: Domain): Domain => domain;

function domainOf(counters = new Counters(), rules = {}): Domain {
  return new Domain(
    new TraceKey(ID),
    { maxEntries: 64, maxDriftMs: 500, counters, node: 'me', current: itself, ...rules },
    0,
  );
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

  it('is not moved by logs that want no hybrid time, however many', () => {
    const domain = domainOf();
    domain.tick('me', NOON);
    const before = domain.text();
    for (let seq = 1; seq < 5; seq++) domain.observe('me', seq, undefined);
    expect(domain.text()).to.equal(before);
  });

  it('counts one for a log on a Lamport time that others have come to as well', () => {
    const domain = domainOf();
    expect(domain.tick('me', NOON).lamport).to.equal(1);
    expect(domain.observe('me', 1, undefined).lamport, 'ours alone').to.equal(1);
    domain.hear(stampOf(1), NOON, true);
    expect(domain.observe('me', 2, undefined).lamport).to.equal(2);
    expect(domain.observe('me', 3, undefined).lamport).to.equal(2);
  });

  describe('whose clock is behind', () => {
    /** Half a second and a quarter after the first second of the epoch. */
    const AHEAD = '00000001c0000000';
    const laterHlc = (domain: Domain, physicalMillis: number): Ntp64 =>
      givenTime(domain.tick('me', physicalMillis).hlc as Halves);

    it('is ahead of it by what a request proves, in the times of what follows', () => {
      const domain = domainOf();
      expect(domain.offsetMillis).to.equal(0);
      expect(domain.hear(stampOf(3, AHEAD), 1500, true)).to.equal(250);
      expect(domain.offsetMillis).to.equal(250);
      expect(laterHlc(domain, 5000).toHex()).to.equal(Ntp64.fromMillis(5250).toHex());
      // Requests that took longer on their way prove less.
      for (const now of [1600, 2000]) domain.hear(stampOf(3, AHEAD), now, true);
      expect(domain.offsetMillis).to.equal(250);
    });

    it('is not moved by a reply, nor in process scope, where one request would move it for life', () => {
      const whole = new Domain(
        new TraceKey(PROCESS_DOMAIN),
        { maxEntries: 64, maxDriftMs: 500, counters: new Counters(), node: 'me', current: itself },
        0,
      );
      for (const [domain, request] of [
        [domainOf(), false],
        [whole, true],
      ] as const) {
        expect(domain.hear(stampOf(3, AHEAD), 1500, request)).to.equal(250);
        expect(domain.offsetMillis).to.equal(0);
        expect(laterHlc(domain, 5000).toHex()).to.equal(Ntp64.fromMillis(5000).toHex());
      }
    });

    it('says so from the millisecond on that clocks of one host may seem apart', () => {
      for (const [now, behind] of [
        [1749, 1],
        [1749.5, 0],
        [1750, 0],
        [1900, 0],
      ] as const) {
        expect(domainOf().hear(stampOf(3, AHEAD), now, true), `${now}`).to.equal(behind);
      }
    });
  });

  it('knows a trace that came back by what others have heard of us there, and goes on above its times', () => {
    const forgotten = { lamport: 90, hlc: new Ntp64(7, 0) };
    for (const [heard, returned] of [
      ['me*4', true],
      ['me*5', true],
      ['me*6', false],
      ['you*4', false],
    ] as const) {
      const counters = new Counters();
      const domain = new Domain(
        new TraceKey(ID),
        { maxEntries: 64, maxDriftMs: 500, counters, node: 'me', current: itself },
        5,
        forgotten,
      );
      domain.tick('me', 0);
      domain.hear(parseStamp(`1!${ID}!3!!0!${heard}`), 0, true);
      expect(counters.snapshot(0).incomplete, heard).to.deep.equal(returned ? { 'trace-returned': 1 } : {});
      expect(domain.tick('me', 0).lamport, heard).to.equal(returned ? 91 : 4);
    }
  });

  it('is one with what has its number in the same store, and with nothing of another clock', () => {
    const rulesOf = (): ConstructorParameters<typeof Domain>[1] => ({
      maxEntries: 64,
      maxDriftMs: 500,
      counters: new Counters(),
      node: 'me',
      current: itself,
    });
    const [ours, theirs] = [rulesOf(), rulesOf()];
    const numbered = (serial: number, rules = ours): Domain =>
      new Domain(new TraceKey(ID), rules, 0, undefined, serial);
    const isOne = [numbered(1), numbered(2), numbered(1, theirs)].map((other) => numbered(1).isOneWith(other));
    expect(isOne).to.deep.equal([true, false, false]);
  });

  it('takes what it was told for its reason', () => {
    const counters = new Counters();
    domainOf(counters).hear(stampOf(3, '', 1), NOON, true);
    expect(counters.snapshot(0).incomplete).to.deep.equal({ 'told-so': 1 });
  });

  describe('that is dropped', () => {
    const floorOf = (): TimesFloor => {
      const floor = new TimesFloor();
      floor.raise(5, 7, 0);
      return floor;
    };

    it('raises a floor to its times, and never lowers it', () => {
      const [low, high] = [domainOf(), domainOf()];
      low.hearTimes(stampOf(4, '0000000600000000'), 5900, false);
      high.hearTimes(stampOf(9, '0000000800000000'), 7900, false);
      const floor = floorOf();
      low.drop(floor);
      expect(floor).to.deep.equal(floorOf());
      high.drop(floor);
      expect([floor.lamport, givenTime(floor.hlc).toHex()]).to.deep.equal([9, '0000000800000000']);
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
        domain.drop(floor);
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
