/**
 * Finds the slot of a trace by the trace's key. A `Map` by text reads every id again to hash it, and waits for main memory
 * four times to find it among ten thousand.
 *
 * Guarantee: as with a map, one slot for each key, in constant time. Which traces share a place depends on numbers that are
 * drawn at random, so that nobody can choose ids that all meet in one.
 * Hazard: it grows with what it has held at once, and never shrinks: whoever fills it bounds it.
 *
 * Open addressing with linear probing, at most half full; what is deleted is filled from behind (Knuth, "The Art of
 * Computer Programming", volume 3, 6.4, algorithm R).
 */
import { hostRandomBytes } from '../clocks/node-id.js';
import type { TraceKey, TraceWords } from './trace-key.js';
import { NO_SLOT, type TraceSlots } from './trace-slots.js';

const FIRST_PLACES = 64;
/** In place of a slot that is held. */
const EMPTY = 0;

export class TraceTable {
  /** How many slots it holds. */
  size = 0;
  /** Of each place the hash of the trace, and behind it the slot and one more. */
  private places = new Int32Array(2 * FIRST_PLACES);
  /** Drawn with the first slot: where modules are loaded nothing random may be asked for on some platforms. */
  private seeds: Seeds | undefined = undefined;

  constructor(private readonly slots: TraceSlots) {}

  /** The slot of a trace; {@link NO_SLOT} where it holds none. */
  find(key: TraceKey): number {
    const { seeds, places, slots } = this;
    if (seeds === undefined) return NO_SLOT;
    const hash = hashOf(key, seeds);
    const mask = places.length - 1;
    for (let place = (2 * hash) & mask; ; place = (place + 2) & mask) {
      const held = places[place + 1] as number;
      if (held === EMPTY) return NO_SLOT;
      if (places[place] === hash && slots.isOf(held - 1, key)) return held - 1;
    }
  }

  /** Holds a slot of a trace of which it holds none. */
  add(slot: number): void {
    const seeds = (this.seeds ??= drawSeeds());
    if (4 * this.size >= this.places.length) this.grow();
    this.put(hashOf(this.slots.words(slot), seeds), slot + 1);
    this.size++;
  }

  /** Lets go of a slot that it holds. */
  delete(slot: number): void {
    const { seeds, places } = this;
    if (seeds === undefined) return;
    const mask = places.length - 1;
    let free = (2 * hashOf(this.slots.words(slot), seeds)) & mask;
    while (places[free + 1] !== slot + 1) {
      if (places[free + 1] === EMPTY) return;
      free = (free + 2) & mask;
    }
    this.size--;
    for (let place = (free + 2) & mask; places[place + 1] !== EMPTY; place = (place + 2) & mask) {
      // Whatever began at the free place or before it would not be found beyond it.
      const fromHome = (place - 2 * (places[place] as number)) & mask;
      if (fromHome >= ((place - free) & mask)) {
        places[free] = places[place] as number;
        places[free + 1] = places[place + 1] as number;
        free = place;
      }
    }
    places[free + 1] = EMPTY;
  }

  private put(hash: number, held: number): void {
    const { places } = this;
    const mask = places.length - 1;
    let place = (2 * hash) & mask;
    while (places[place + 1] !== EMPTY) place = (place + 2) & mask;
    places[place] = hash;
    places[place + 1] = held;
  }

  private grow(): void {
    const { places } = this;
    this.places = new Int32Array(2 * places.length);
    for (let place = 0; place < places.length; place += 2) {
      const held = places[place + 1] as number;
      if (held !== EMPTY) this.put(places[place] as number, held);
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
 * Mixes both words until each of their bits moves every bit of the place; each step can be undone, so keys that differ in
 * one word never meet in all 32 bits. The last two rounds are those of MurmurHash3.
 */
function hashOf({ high, low }: TraceWords, { first, second, odd }: Seeds): number {
  let hash = Math.imul(low ^ first, odd);
  hash = (hash ^ (hash >>> 15)) + (high ^ second);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}
