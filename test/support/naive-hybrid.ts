/** A unique hybrid logical clock on one 64-bit integer, straight from the definition: no halves, no carries. */
const COUNTER_MASK = 15n;
const UNITS_PER_SECOND = 2n ** 32n;

export class NaiveHybridClock {
  last = 0n;

  constructor(private readonly maxDriftUnits: bigint) {}

  newTimestamp(physicalUnits: bigint): bigint {
    const now = physicalUnits & ~COUNTER_MASK;
    this.last = now > (this.last & ~COUNTER_MASK) ? now : this.last + 1n;
    return this.last;
  }

  /** Returns false where the drift is too great. */
  update(remote: bigint, physicalUnits: bigint): boolean {
    const now = physicalUnits & ~COUNTER_MASK;
    if (remote - now > this.maxDriftUnits) return false;
    if (now >= remote && now >= this.last) this.last = now;
    else this.last = (remote > this.last ? remote : this.last) + 1n;
    return true;
  }
}

/** Whole milliseconds as NTP64, rounded down. */
export function unitsOfMillis(millis: number): bigint {
  return (BigInt(millis) * UNITS_PER_SECOND) / 1000n;
}
