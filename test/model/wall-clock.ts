/** The wall clock of one slot: wrong, too fast, jumping or standing still. It outlives the processes. */
import type { Happenings } from './happenings.js';
import type { SlotPlan } from './program.js';

const BASE_MILLIS = Date.UTC(2026, 0, 1);

/** Milliseconds by which a clock is seen to have jumped by an hour, whatever it drifted meanwhile. */
const JUMP_MILLIS = 3_000_000;

export class WallClock {
  private millis: number;
  /** Milliseconds that have really passed. */
  private elapsed = 0;
  /** What was seen when somebody last looked. */
  private seen: { readonly millis: number; readonly elapsed: number } | undefined;

  constructor(
    private readonly plan: SlotPlan,
    private readonly happened: Happenings,
  ) {
    this.millis = BASE_MILLIS + plan.skewMillis;
  }

  readonly now = (): number => {
    if (this.seen !== undefined) this.note(this.millis - this.seen.millis, this.elapsed - this.seen.elapsed);
    this.seen = { millis: this.millis, elapsed: this.elapsed };
    return this.millis;
  };

  pass(millis: number): void {
    this.elapsed += millis;
    this.millis += millis * this.plan.rate;
  }

  jump(millis: number): void {
    this.millis += millis;
  }

  private note(step: number, elapsed: number): void {
    if (step < -JUMP_MILLIS) this.happened.note('a clock jumped back by an hour');
    else if (step > JUMP_MILLIS) this.happened.note('a clock jumped ahead by an hour');
    else if (step === 0 && elapsed > 0) this.happened.note('a clock stood still');
    else if (step !== elapsed) this.happened.note('a clock drifted');
  }
}
