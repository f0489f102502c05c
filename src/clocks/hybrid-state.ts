/**
 * The state machine of a unique hybrid logical clock (uhlc), on whole seconds, ticks of 16 units and a counter.
 *
 * Guarantee: the times it gives are strictly increasing under any physical clock (stuck, stepping back, jumping),
 * and never further ahead of the physical clock than the drift limit, unless the physical clock itself stepped back.
 * Hazard: the low 4 bits count. Two clocks that give the same time are told apart by their id only.
 * Hazard: the last time there is, in 2106, is given again and again ({@link HybridState.isExhausted}).
 *
 * Follows: Kulkarni et al., "Logical Physical Clocks" (2014), in the form of the Rust crate uhlc.
 */
import { compareHalves, fractionOfMillis, Halves, secondsOfMillis } from './ntp64-halves.js';

/** Bits of the fraction that count events. */
const COUNTER_BITS = 4;
const COUNTER_MASK = (1 << COUNTER_BITS) - 1;
const UNIT = 0x1_0000_0000;
const MS_PER_FRACTION = 1000 / UNIT;
/** The physical clock moves in ticks, 16 units of the fraction (3.7 ns) each. */
const TICKS_PER_SECOND = UNIT / (COUNTER_MASK + 1);
const TICKS_PER_MS = TICKS_PER_SECOND / 1000;

/** What {@link HybridState.update} did with a remote time. */
export type HybridUpdate = 'merged' | 'refused';

export class HybridState {
  /** Whole seconds of the last time. */
  seconds = 0;
  // Two small integers for the upper 28 and the lower 4 bits of the fraction: as one number that is a double wherever it
  // is above 2^31, and a step takes twice as long.
  private ticks = 0;
  private counter = 0;
  /**
   * Milliseconds added to the physical clock: the proven lag of the local clock behind the requests it received.
   * Always 0 where nobody raises it.
   */
  offsetMillis = 0;

  /** Units of 2^-32 s of the last time. */
  get fraction(): number {
    return ((this.ticks << COUNTER_BITS) | this.counter) >>> 0;
  }

  /** The last time given or merged. */
  get last(): Halves {
    return new Halves(this.seconds, this.fraction);
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
  update(remote: Halves, physicalMillis: number, maxDriftMs: number): HybridUpdate {
    if (isTooFarAhead(remote, physicalMillis, maxDriftMs)) return 'refused';
    this.catchUp(physicalMillis + this.offsetMillis);
    this.raiseTo(remote.seconds, remote.fraction);
    return 'merged';
  }

  /**
   * {@link update} as the uhlc crate has it, where receiving counts: unless the physical clock is the greatest of
   * the three, the last becomes one unit more than the greatest.
   */
  receive(remote: Halves, physicalMillis: number, maxDriftMs: number): HybridUpdate {
    if (isTooFarAhead(remote, physicalMillis, maxDriftMs)) return 'refused';
    const isBehindLast = this.catchUp(physicalMillis + this.offsetMillis) < 0;
    if (this.raiseTo(remote.seconds, remote.fraction) || isBehindLast) this.count();
    return 'merged';
  }

  /** Becomes a physical time where that is later. Above 0 where it was, 0 where it is the last time, else below. */
  private catchUp(millis: number): number {
    // Nearly always the second is the last time's, and then one multiplication tells the tick.
    const inSecond = (millis - this.seconds * 1000) * TICKS_PER_MS;
    if (!(inSecond >= 0 && inSecond < TICKS_PER_SECOND)) return this.catchUpSeconds(millis);
    const ticks = inSecond | 0;
    const ahead = ticks - this.ticks;
    if (ahead > 0) {
      this.ticks = ticks;
      this.counter = 0;
    }
    return ahead === 0 ? 0 - this.counter : ahead;
  }

  /** {@link catchUp} where the physical time is in another second than the last, or outside the range of NTP64. */
  private catchUpSeconds(millis: number): number {
    const seconds = secondsOfMillis(millis);
    const fraction = maskedFraction(millis, seconds);
    const order = compareHalves(seconds, fraction, this.seconds, this.fraction);
    this.raiseTo(seconds, fraction);
    return order;
  }

  /** One unit on: the counter carries into the ticks, and these into the seconds. */
  private count(): void {
    if (this.counter < COUNTER_MASK) {
      this.counter += 1;
    } else if (this.ticks + 1 < TICKS_PER_SECOND) {
      this.ticks += 1;
      this.counter = 0;
    } else if (this.seconds + 1 < UNIT) {
      this.seconds += 1;
      this.ticks = 0;
      this.counter = 0;
    }
  }

  /** Never lets the next time be at or below this one. True when it was above the last. */
  raiseTo(seconds: number, fraction: number): boolean {
    if (compareHalves(seconds, fraction, this.seconds, this.fraction) <= 0) return false;
    this.seconds = seconds;
    this.ticks = fraction >>> COUNTER_BITS;
    this.counter = fraction & COUNTER_MASK;
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
function isTooFarAhead(remote: Halves, physicalMillis: number, maxDriftMs: number): boolean {
  if (driftMillis(remote, physicalMillis) < maxDriftMs - UNCERTAIN_MS) return false;
  const seconds = secondsOfMillis(physicalMillis);
  const driftSeconds = secondsOfMillis(maxDriftMs);
  const sum = maskedFraction(physicalMillis, seconds) + fractionOfMillis(maxDriftMs, driftSeconds);
  const carry = sum >= UNIT ? 1 : 0;
  return compareHalves(remote.seconds, remote.fraction, seconds + driftSeconds + carry, sum - carry * UNIT) > 0;
}

/** How far a remote time is ahead of the physical clock, in milliseconds; negative when it is behind. */
export function driftMillis(remote: Halves, physicalMillis: number): number {
  return remote.seconds * 1000 - physicalMillis + remote.fraction * MS_PER_FRACTION;
}
