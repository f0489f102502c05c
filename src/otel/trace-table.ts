/**
 * What a process holds of each trace, found by the trace's key. A `Map` by text reads every id again to hash it, and waits
 * for main memory four times to find it among ten thousand.
 *
 * Guarantee: as with a map, one value for each key, in constant time. Which traces share a slot depends on numbers that are
 * drawn at random, so that nobody can choose ids that all meet in one.
 * Hazard: it grows with what it has held at once, and never shrinks: whoever fills it bounds it.
 *
 * Open addressing with linear probing, at most half full; what is deleted is filled from behind (Knuth, "The Art of
 * Computer Programming", volume 3, 6.4, algorithm R).
 */
import { hostRandomBytes } from '../clocks/node-id.js';
import type { TraceKey } from './trace-key.js';

const FIRST_SLOTS = 64;

export class TraceTable<V extends { readonly key: TraceKey }> {
  /** How many values it holds. */
  size = 0;
  private hashes = new Int32Array(FIRST_SLOTS);
  private values: (V | undefined)[] = emptySlots(FIRST_SLOTS);
  /** Drawn with the first value: where modules are loaded nothing random may be asked for on some platforms. */
  private seeds: Seeds | undefined = undefined;

  get(key: TraceKey): V | undefined {
    const { seeds, hashes, values } = this;
    if (seeds === undefined) return undefined;
    const hash = hashOf(key, seeds);
    const mask = hashes.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const value = values[slot];
      if (value === undefined) return undefined;
      if (hashes[slot] === hash && value.key.equals(key)) return value;
    }
  }

  /** Holds a value whose key it does not hold. */
  add(value: V): void {
    const seeds = (this.seeds ??= drawSeeds());
    if (2 * this.size >= this.hashes.length) this.grow();
    this.place(hashOf(value.key, seeds), value);
    this.size++;
  }

  /** Lets go of a value that it holds. */
  delete(value: V): void {
    const { seeds, hashes, values } = this;
    if (seeds === undefined) return;
    const mask = hashes.length - 1;
    let free = hashOf(value.key, seeds) & mask;
    while (values[free] !== value) {
      if (values[free] === undefined) return;
      free = (free + 1) & mask;
    }
    this.size--;
    for (let slot = (free + 1) & mask; values[slot] !== undefined; slot = (slot + 1) & mask) {
      // Whatever began at the free slot or before it would not be found beyond it.
      const fromHome = (slot - (hashes[slot] as number)) & mask;
      if (fromHome >= ((slot - free) & mask)) {
        hashes[free] = hashes[slot] as number;
        values[free] = values[slot];
        free = slot;
      }
    }
    values[free] = undefined;
  }

  private place(hash: number, value: V): void {
    const { hashes, values } = this;
    const mask = hashes.length - 1;
    let slot = hash & mask;
    while (values[slot] !== undefined) slot = (slot + 1) & mask;
    hashes[slot] = hash;
    values[slot] = value;
  }

  private grow(): void {
    const { hashes, values } = this;
    this.hashes = new Int32Array(2 * hashes.length);
    this.values = emptySlots(2 * hashes.length);
    for (let slot = 0; slot < values.length; slot++) {
      const value = values[slot];
      if (value !== undefined) this.place(hashes[slot] as number, value);
    }
  }
}

/** Three numbers that nobody outside knows. */
interface Seeds {
  readonly first: number;
  readonly second: number;
  readonly odd: number;
}

function drawSeeds(): Seeds {
  return { first: drawWord(), second: drawWord(), odd: drawWord() | 1 };
}

function drawWord(): number {
  try {
    return new DataView(hostRandomBytes(4).buffer).getInt32(0);
  } catch {
    // A process that cannot draw a name must still be able to say that it knows nothing.
    return (Math.random() * 2 ** 32) | 0;
  }
}

/**
 * Mixes both words until each of their bits moves every bit of the slot; each step can be undone, so keys that differ in one
 * word never meet in all 32 bits. The last two rounds are those of MurmurHash3.
 */
function hashOf({ high, low }: TraceKey, { first, second, odd }: Seeds): number {
  let hash = Math.imul(low ^ first, odd);
  hash = (hash ^ (hash >>> 15)) + (high ^ second);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}

function emptySlots<V>(slots: number): (V | undefined)[] {
  return Array.from({ length: slots }, () => undefined);
}
