/**
 * Gives this process a wall clock that is wrong by `CLOCK_SHIFT_MS`, as a host with a bad clock would have it. It has to
 * be imported before anything that reads the time.
 */
const shiftMillis = Number(process.env['CLOCK_SHIFT_MS'] ?? 0);
const TrueDate = Date;

class ShiftedDate extends TrueDate {
  constructor(...values: unknown[]) {
    if (values.length === 0) super(ShiftedDate.now());
    else super(...(values as [number]));
  }

  static override now(): number {
    return TrueDate.now() + shiftMillis;
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
