/**
 * A disk that forgets what was not flushed. A commit becomes durable some time after it was asked for and is reported
 * some time after that. When its process dies in between, some prefix of what was under way is kept, each commit whole.
 */
import type { Disk, DiskWrite } from '../../src/core/disk.js';
import type { World } from './world.js';

/** The platters: what outlives the processes. */
export class Platters {
  readonly rows = new Map<string, string>();
  flushes = 0;

  write(writes: readonly DiskWrite[]): void {
    this.flushes++;
    for (const write of writes) {
      if (write.type === 'put') this.rows.set(write.key, write.value);
      else this.rows.delete(write.key);
    }
  }
}

export class SimulatedDisk implements Disk {
  private readonly underWay: (readonly DiskWrite[])[] = [];
  private crashed = false;
  private last = 0;

  /** @param lying reports commits before they are durable, as a store without fsync would */
  constructor(
    private readonly world: World,
    private readonly platters: Platters,
    private readonly lying = false,
  ) {}

  load(): Promise<(readonly [string, string])[]> {
    return Promise.resolve([...this.platters.rows].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async commit(writes: readonly DiskWrite[]): Promise<void> {
    this.underWay.push(writes);
    const { world } = this;
    // Mostly quick, sometimes stuck; never out of order.
    const delay = world.chance(0.05) ? world.between(20, 200) : world.between(0.1, 3);
    const at = Math.max(this.last, world.now + (this.lying ? 1_000 : delay));
    this.last = at;
    const durable = new Promise<void>((resolve) => {
      world.after(at - world.now, () => {
        if (this.crashed) return;
        this.platters.write(writes);
        this.underWay.shift();
        // Durable, and the process does not know yet: it may die here.
        world.after(world.between(0, 1), () => {
          if (!this.crashed) resolve();
        });
      });
    });
    if (!this.lying) await durable;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The process is gone. What it had asked for without an answer is written up to some point. */
  crash(): void {
    this.crashed = true;
    const kept = this.lying ? 0 : Math.floor(this.world.random() * (this.underWay.length + 1));
    for (const writes of this.underWay.slice(0, kept)) this.platters.write(writes);
  }
}
