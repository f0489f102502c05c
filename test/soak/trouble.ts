/** What befalls whole processes: kill -9 and restart, pauses, and a clock that is set or stopped. */
import { setTimeout as passing } from 'node:timers/promises';
import { Random } from '../fuzz/random.js';
import type { Fleet } from './fleet.js';
import { KILL_WEIGHTS, SLOTS, type SlotName } from './slots.js';

const HOUR_MS = 60 * 60 * 1_000;
const MOST_DOWN_MS = 600;
/** Longer than callers wait, now and then. */
const MOST_PAUSE_MS = 2_500;
const OFFSETS_MS = [-HOUR_MS, 0, HOUR_MS, 400, -400] as const;

export class Trouble {
  kills = 0;
  pauses = 0;
  clockSteps = 0;
  private readonly random: Random;

  constructor(
    private readonly fleet: Fleet,
    seed: number,
    /** Milliseconds between two troubles, on the average. */
    private readonly meanMs: number,
  ) {
    // Of another stream than the plans, which are drawn at other moments.
    this.random = new Random(seed ^ 0x5eed);
  }

  async run(until: number): Promise<void> {
    for (;;) {
      const wait = this.meanMs / 2 + this.random.below(this.meanMs);
      if (performance.now() + wait + MOST_PAUSE_MS >= until) return;
      await passing(wait);
      await this.one();
    }
  }

  private async one(): Promise<void> {
    const draw = this.random.below(10);
    if (draw < 4) await this.killSomebody();
    else if (draw < 6) await this.pauseSomebody();
    else this.setClock();
  }

  private async killSomebody(): Promise<void> {
    const weighted = SLOTS.flatMap((slot) => Array<SlotName>(KILL_WEIGHTS[slot]).fill(slot));
    const slot = this.random.pick(weighted);
    const downMs = this.random.below(MOST_DOWN_MS);
    await this.fleet.kill(slot);
    this.kills++;
    await passing(downMs);
    await this.fleet.startOne(slot);
  }

  private async pauseSomebody(): Promise<void> {
    const slot = this.random.pick(SLOTS);
    const pauseMs = 50 + this.random.below(MOST_PAUSE_MS - 50);
    this.fleet.pause(slot);
    this.pauses++;
    await passing(pauseMs);
    this.fleet.resume(slot);
  }

  private setClock(): void {
    const steering = { offsetMs: this.random.pick(OFFSETS_MS), stands: this.random.below(4) === 0 };
    this.fleet.steer('skewed', steering);
    this.clockSteps++;
  }
}
