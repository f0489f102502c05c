/**
 * A network that delays, reorders, doubles, loses and parts. A call is a request and an answer, each of which it may treat
 * so; what never arrives is a call that times out.
 */
import { PEER_TIMEOUT_MS } from '../../src/limits.js';
import type { World } from './world.js';

/** How bad the network is. */
export interface Weather {
  /** The longest usual delay of one message, in milliseconds. */
  readonly delayMs: number;
  readonly slow: number;
  readonly lost: number;
  readonly doubled: number;
}

export const CALM: Weather = { delayMs: 2, slow: 0, lost: 0, doubled: 0 };

/** A node at this moment: undefined while it is down. */
export type Handler = (call: string, text: string) => Promise<string>;

export class SimulatedNetwork {
  weather: Weather = CALM;
  readonly handlers = new Map<string, Handler>();
  readonly faults = { lost: 0, doubled: 0, slow: 0, parted: 0 };
  private readonly cuts = new Set<string>();

  constructor(private readonly world: World) {}

  /** Cuts one direction. */
  cut(from: string, to: string): void {
    this.cuts.add(`${from} ${to}`);
  }

  heal(): void {
    this.cuts.clear();
  }

  /** Rejects after the timeout unless an answer comes back; the other side may have acted all the same. */
  async call(from: string, to: string, call: string, text: string, timeoutMs = PEER_TIMEOUT_MS): Promise<string> {
    return new Promise<string>((resolve, reject) => {
      const once = call === 'read' || call === 'write';
      const cancel = this.world.after(timeoutMs, () => {
        reject(new Error(`${to} did not answer ${call}`));
      });
      this.carry(from, to, once, () => {
        const handler = this.handlers.get(to);
        if (handler === undefined) return;
        void handler(call, text).then(
          (answer) => {
            this.carry(to, from, once, () => {
              cancel();
              resolve(answer);
            });
            return undefined;
          },
          (error: unknown) => {
            this.carry(to, from, once, () => {
              cancel();
              reject(error instanceof Error ? error : new Error(String(error)));
            });
          },
        );
      });
    });
  }

  /** One message, arriving once, twice or never. */
  private carry(from: string, to: string, once: boolean, arrive: () => void): void {
    const { world, weather, faults } = this;
    if (world.chance(weather.lost)) {
      faults.lost++;
      return;
    }
    // A client's connection carries its request at most once.
    const doubled = !once && world.chance(weather.doubled);
    if (doubled) faults.doubled++;
    for (let copies = doubled ? 2 : 1; copies > 0; copies--) {
      const slow = world.chance(weather.slow);
      if (slow) faults.slow++;
      const delay = slow ? world.between(100, 1_500) : world.between(0.1, weather.delayMs);
      world.after(delay, () => {
        // A partition catches what is under way.
        if (this.cuts.has(`${from} ${to}`)) faults.parted++;
        else arrive();
      });
    }
  }
}
