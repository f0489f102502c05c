/** The slots of a fleet and the processes that run in them, one after the other. */
import type { Happenings } from './happenings.js';
import type { Program } from './program.js';
import { type Service, startService } from './service.js';
import { WallClock } from './wall-clock.js';

/** So long that a small byte limit cuts the third entry off. */
const NAMES = ['gateway', 'orders', 'payments', 'inventory', 'mail'].map(
  (name) => `${name}-in-a-land-far-away-of-here`,
);

export class Fleet {
  /** All that ever ran: where a process has two clocks, one for each. */
  readonly services: Service[] = [];
  private readonly slots: Service[] = [];
  private readonly walls: WallClock[];

  constructor(
    private readonly plans: Program['slots'],
    happened: Happenings,
  ) {
    this.walls = plans.map((plan) => new WallClock(plan, happened));
    plans.forEach((_, slot) => this.boot(slot));
  }

  get size(): number {
    return this.slots.length;
  }

  at(slot: number): Service {
    return this.slots[slot % this.slots.length] as Service;
  }

  wall(slot: number): WallClock {
    return this.walls[slot % this.walls.length] as WallClock;
  }

  /** True where its process still runs. */
  lives(service: Service): boolean {
    return this.slots.some((one) => one.host === service.host);
  }

  pass(millis: number): void {
    for (const wall of this.walls) wall.pass(millis);
  }

  boot(slot: number): void {
    const at = slot % this.plans.length;
    const plan = this.plans[at] as Program['slots'][number];
    const name = NAMES[at % NAMES.length] as string;
    const service = startService({ id: this.services.length, name, plan, wall: this.wall(at) });
    this.services.push(service);
    this.slots[at] = service;
    if (plan.kind === 'plain' || plan.beside === 'none') return;
    const secondPlan = { ...plan, parts: plan.beside };
    const second = startService({
      id: this.services.length,
      host: service.host,
      name: `two-${name}`,
      plan: secondPlan,
      wall: this.wall(at),
    });
    this.services.push(second);
    service.beside = second;
    second.beside = service;
  }
}
