/**
 * Lamport and hybrid times below which a trace that comes back must not begin: those that no dropped trace has passed.
 *
 * Guarantee: it only rises, and a forged Lamport time does not spoil the traces that come after its own.
 */
import { MAX_COUNTER } from '../clocks/limits.js';
import { compareHalves, Halves } from '../clocks/ntp64-halves.js';

/** A forged Lamport time must spoil its own trace only, so one beyond half of the range raises nothing. */
const HIGHEST_LAMPORT = MAX_COUNTER / 2;

/** Lamport and hybrid times that belong together. */
export interface Times {
  readonly lamport: number;
  readonly hlc: Halves;
}

export class TimesFloor implements Times {
  lamport = 0;
  hlc = new Halves(0, 0);

  /** A trace goes that has come as far as these times. */
  raise(lamport: number, seconds: number, fraction: number): void {
    if (lamport > this.lamport && lamport <= HIGHEST_LAMPORT) this.lamport = lamport;
    if (compareHalves(seconds, fraction, this.hlc.seconds, this.hlc.fraction) > 0) {
      this.hlc = new Halves(seconds, fraction);
    }
  }
}
