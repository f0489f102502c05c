/** A physical clock that somebody else may set or stop. */
import type { PhysicalClock } from '../../../src/clocks/physical-clock.js';

export interface Steering {
  readonly offsetMs: number;
  readonly stands: boolean;
}

export class SteeredClock {
  private offsetMs = 0;
  private stoodAt: number | undefined;

  readonly now: PhysicalClock = () => this.stoodAt ?? this.running();

  steer({ offsetMs, stands }: Steering): void {
    this.offsetMs = offsetMs;
    this.stoodAt = stands ? this.running() : undefined;
  }

  private running(): number {
    return performance.timeOrigin + performance.now() + this.offsetMs;
  }
}
