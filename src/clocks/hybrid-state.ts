/**
 * The state machine of a unique hybrid logical clock (uhlc), on two 32-bit halves.
 *
 * Guarantee: the times it gives are strictly increasing under any physical clock (stuck, stepping back, jumping),
 * and never further ahead of the physical clock than the drift limit, unless the physical clock itself stepped back.
 * Hazard: the low 4 bits count. Two clocks that give the same time are told apart by their id only.
 * Hazard: the last time there is, in 2106, is given again and again ({@link HybridState.isExhausted}).
 *
 * Follows: Kulkarni et al., "Logical Physical Clocks" (2014), in the form of the Rust crate uhlc.
 */
import { compareHalves, fractionOfMillis, Ntp64, secondsOfMillis } from './ntp64.js';

/** Bits of the fraction that count events. */
const COUNTER_BITS = 4;
const COUNTER_MASK = (1 << COUNTER_BITS) - 1;
const UNIT = 0x1_0000_0000;
const FRACTION_PER_MS = UNIT / 1000;
const MS_PER_FRACTION = 1000 / UNIT;

/** What {@link HybridState.update} did with a remote time. */
export type HybridUpdate = 'merged' | 'refused';

export class HybridState {
  seconds = 0;
  fraction = 0;
  /**
   * Milliseconds added to the physical clock: the proven lag of the local clock behind the requests it received.
   * Always 0 where nobody raises it.
   */
  offsetMillis = 0;

  /** The last time given or merged. */
  get last(): Ntp64 {
    return new Ntp64(this.seconds, this.fraction);
  }

  /** True when the last representable time has been given: no later one exists. */
  get isExhausted(): boolean {
    return this.seconds === UNIT - 1 && this.fraction === UNIT - 1;
  }

  /** Moves on to the time of a new event. */
  advance(physicalMillis: number): void {
    if (this.catchUp(physicalMillis + this.offsetMillis) <= 0) this.count();
  }

  /**
   * Merges a remote time: the greatest of now, remote and last becomes the last. A remote time further than
   * `maxDriftMs` ahead of the physical clock (without the offset) is refused and changes nothing; exactly that far
   * is accepted.
   */
  update(remote: Ntp64, physicalMillis: number, maxDriftMs: number): HybridUpdate {
    if (isTooFarAhead(remote, physicalMillis, maxDriftMs)) return 'refused';
    this.catchUp(physicalMillis + this.offsetMillis);
    this.raiseTo(remote.seconds, remote.fraction);
    return 'merged';
  }

  /**
   * {@link update} as the uhlc crate has it, where receiving counts: unless the physical clock is the greatest of
   * the three, the last becomes one unit more than the greatest.
   */
  receive(remote: Ntp64, physicalMillis: number, maxDriftMs: number): HybridUpdate {
    if (isTooFarAhead(remote, physicalMillis, maxDriftMs)) return 'refused';
    const isBehindLast = this.catchUp(physicalMillis + this.offsetMillis) < 0;
    if (this.raiseTo(remote.seconds, remote.fraction) || isBehindLast) this.count();
    return 'merged';
  }

  /** Becomes a physical time where that is later; returns how it stood to the last time: above 0 where it was later. */
  private catchUp(millis: number): -1 | 0 | 1 {
    // Nearly always the second is the last time's, and then one multiplication tells the fraction.
    const units = (millis - this.seconds * 1000) * FRACTION_PER_MS;
    const sameSecond = units >= 0 && units < UNIT;
    const seconds = sameSecond ? this.seconds : secondsOfMillis(millis);
    const fraction = sameSecond ? (units & ~COUNTER_MASK) >>> 0 : maskedFraction(millis, seconds);
    const order = compareHalves(seconds, fraction, this.seconds, this.fraction);
    if (order > 0) {
      this.seconds = seconds;
      this.fraction = fraction;
    }
    return order;
  }

  /** One unit on: the counter carries into the fraction, and the fraction into the seconds. */
  private count(): void {
    if (this.fraction + 1 < UNIT) {
      this.fraction += 1;
    } else if (this.seconds + 1 < UNIT) {
      this.seconds += 1;
      this.fraction = 0;
    }
  }

  /** Never lets the next time be at or below this one. True when it was above the last. */
  raiseTo(seconds: number, fraction: number): boolean {
    if (compareHalves(seconds, fraction, this.seconds, this.fraction) <= 0) return false;
    this.seconds = seconds;
    this.fraction = fraction;
    return true;
  }
}

/** The physical fraction without the bits that count. */
function maskedFraction(millis: number, seconds: number): number {
  return (fractionOfMillis(millis, seconds) & ~COUNTER_MASK) >>> 0;
}

/** Milliseconds by which a drift in floating milliseconds is uncertain, four times over. */
const UNCERTAIN_MS = 0.001;

/** Exact on the halves where floating milliseconds cannot tell. */
function isTooFarAhead(remote: Ntp64, physicalMillis: number, maxDriftMs: number): boolean {
  if (driftMillis(remote, physicalMillis) < maxDriftMs - UNCERTAIN_MS) return false;
  const seconds = secondsOfMillis(physicalMillis);
  const driftSeconds = secondsOfMillis(maxDriftMs);
  const sum = maskedFraction(physicalMillis, seconds) + fractionOfMillis(maxDriftMs, driftSeconds);
  const carry = sum >= UNIT ? 1 : 0;
  return compareHalves(remote.seconds, remote.fraction, seconds + driftSeconds + carry, sum - carry * UNIT) > 0;
}

/** How far a remote time is ahead of the physical clock, in milliseconds; negative when it is behind. */
export function driftMillis(remote: Ntp64, physicalMillis: number): number {
  return remote.seconds * 1000 - physicalMillis + remote.fraction * MS_PER_FRACTION;
}
