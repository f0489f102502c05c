/**
 * The physical clock: milliseconds since the Unix epoch, with fractions.
 *
 * Guarantee: the default has the resolution of `performance.now()` and follows `Date.now()`, steps included, to
 * within the time between two checks ({@link CHECK_EVERY_MS}). One read costs one read of `performance.now()`.
 * Hazard: it is as wrong as the host's wall clock, and it may step back. Only a hybrid clock makes it monotone.
 */

/** Reads a physical clock: milliseconds since the Unix epoch, fractions welcome. */
export type PhysicalClock = () => number;

interface Monotonic {
  now(): number;
}

/** How long the wall clock may step unnoticed, in milliseconds. */
const CHECK_EVERY_MS = 20;

/**
 * Makes the default physical clock. `Date.now()` shows whole milliseconds only, so the truth lies in
 * [date, date + 1): the monotonic clock is shifted, at each check, by just as much as puts it back in there.
 */
export function createPhysicalClock(
  monotonic: Monotonic | undefined = (globalThis as { performance?: Monotonic }).performance,
  wall: () => number = () => Date.now(),
): PhysicalClock {
  if (monotonic === undefined) return wall;
  let offset = wall() - monotonic.now();
  let checkedAt = Number.NEGATIVE_INFINITY;
  return () => {
    const elapsed = monotonic.now();
    if (elapsed - checkedAt >= CHECK_EVERY_MS || elapsed < checkedAt) {
      const date = wall();
      if (elapsed + offset < date) offset = date - elapsed;
      else if (elapsed + offset >= date + 1) offset = date + 1 - LAST_RESOLVED_MS - elapsed;
      checkedAt = elapsed;
    }
    return elapsed + offset;
  };
}

/** How far below the next millisecond a reading is put: a microsecond, four times what a double resolves today. */
const LAST_RESOLVED_MS = 0.001;
