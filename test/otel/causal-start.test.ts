import type { HrTime } from '@opentelemetry/api';
import { expect } from 'chai';
import { SAME_MOMENT_MS } from '../../src/clocks/limits.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { PROCESS_DOMAIN } from '../../src/clocks/stamp.js';
import { LAST_OF_MS_MICROS, later, startCorrection } from '../../src/otel/causal-start.js';
import type { SpanRecord } from '../../src/otel/records.js';

const SECOND = 1_719_835_200;
const START: HrTime = [SECOND, 4_000_000];
const START_MS = SECOND * 1000 + 4;

/** A hybrid time so many microseconds after the start that the SDK wrote. */
const after = (micros: number): Ntp64 => new Ntp64(SECOND, Math.ceil(((4000 + micros) * 2 ** 32) / 1_000_000));

interface Told {
  readonly domain?: string;
  readonly calledMicros?: number;
  readonly shiftMillis?: number;
  readonly startMillis?: number | undefined;
  readonly hlc?: Ntp64;
  readonly sent?: Ntp64 | 'without a time';
}

/** Microseconds by which a start is moved. */
function moved(told: Told, startTime: HrTime = START): number {
  const { domain = '7b1d62f2c9e04a15', calledMicros = 500, shiftMillis = 0, hlc, sent } = told;
  const startMillis = 'startMillis' in told ? told.startMillis : START_MS + calledMicros / 1000;
  const stamp = { hlc: sent === 'without a time' ? undefined : sent };
  const arrival = sent === undefined ? undefined : { stamp };
  return startCorrection(startTime, { startMillis, shiftMillis, start: { domain, hlc }, arrival } as SpanRecord);
}

describe('the start that causes allow', () => {
  it('is the SDK’s where nobody knows when the call was made, or by how much our clock is behind', () => {
    for (const startMillis of [undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(moved({ startMillis, shiftMillis: 250 })).to.equal(0);
    }
    for (const shiftMillis of [Number.NaN, Number.POSITIVE_INFINITY]) expect(moved({ shiftMillis })).to.equal(0);
  });

  it('is moved by the lag of our clock alone where the application said it, rounded up', () => {
    const said: HrTime = [SECOND, 4_000_001];
    expect(moved({ shiftMillis: 250 }, said)).to.equal(250_000);
    expect(moved({ shiftMillis: 0.2501 }, said)).to.equal(251);
    expect(moved({}, said)).to.equal(0);
  });

  it('takes a whole millisecond for the SDK’s own from a millisecond before to a moment after', () => {
    const whole = { domain: PROCESS_DOMAIN, shiftMillis: 0.25 };
    for (const [calledMicros, micros] of [
      [-1000, 250],
      [-999, 0],
      [0, 0],
      [1, 1],
      [999, LAST_OF_MS_MICROS],
      [5000, LAST_OF_MS_MICROS],
      [SAME_MOMENT_MS * 1000 - 1, LAST_OF_MS_MICROS],
      [SAME_MOMENT_MS * 1000, 250],
    ] as const) {
      expect(moved({ ...whole, calledMicros }), `${calledMicros}`).to.equal(micros);
    }
  });

  it('has the microseconds of the call where there is no hybrid time of a trace', () => {
    expect(moved({ shiftMillis: 0.25 })).to.equal(500);
    expect(moved({ domain: PROCESS_DOMAIN, shiftMillis: 0.25, hlc: after(100) })).to.equal(500);
  });

  it('is not moved by a message that brought a mark alone', () => {
    const start = { domain: '7b1d62f2c9e04a15', hlc: after(100) };
    const record = { startMillis: START_MS + 0.5, shiftMillis: 0, start, arrival: { stamp: undefined } };
    expect(startCorrection(START, record as never)).to.equal(moved({ hlc: after(100) }));
  });

  it('is not later than the hybrid time of the event', () => {
    expect(moved({ shiftMillis: 0.25, hlc: after(900) })).to.equal(750);
    expect(moved({ shiftMillis: 0.25, hlc: after(600) })).to.equal(600);
    expect(moved({ hlc: after(900) })).to.equal(500);
  });

  it('is not earlier than the message that led to it was sent, unless that time was refused', () => {
    for (const [sent, micros] of [
      [after(100), 500],
      [after(800), 800],
      [after(900), 900],
      [after(901), 500],
      ['without a time', 500],
    ] as const) {
      expect(moved({ hlc: after(900), sent }), String(sent)).to.equal(micros);
    }
  });
});

describe('a time, microseconds later', () => {
  for (const [time, micros, expected] of [
    [[5, 0], 0, [5, 0]],
    [[5, 999_998_000], 1, [5, 999_999_000]],
    [[5, 999_999_000], 1, [6, 0]],
    [[5, 999_999_500], 1, [6, 500]],
    [[5, 500_000_000], 1_500_000, [7, 0]],
    [[5, 0], 1_500_001, [6, 500_001_000]],
    [[5, 0], -1, [4, 999_999_000]],
    [[5, 1000], -1, [5, 0]],
    [[5, 0], -2_000_000, [3, 0]],
  ] as const) {
    it(`${time.join('.')} and ${micros} are ${expected.join('.')}`, () => {
      expect(later([...time] as HrTime, micros)).to.deep.equal(expected);
    });
  }
});
