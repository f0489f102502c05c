/**
 * What is kept of each trace that a process holds, by the number of its slot: its key, its neighbours in a queue, and,
 * while nothing goes on in it, all that its domain was. Ten thousand traces rest like that for minutes, nearly all of them
 * for nothing. As objects they would be copied twice by the collector, and looked at by it again and again; numbers in one
 * array are not.
 *
 * Guarantee: a domain that rests here and is woken says and does what it would have done without.
 * Hazard: a slot is another trace's once it was given back.
 * Hazard: it grows with what it has held at once, and never shrinks: whoever fills it bounds it.
 */
import type { VectorTable } from '../clocks/vector-table.js';
import type { TraceKey, TraceWords } from './trace-key.js';

/** In place of a slot. */
export const NO_SLOT = -1;

/** Where among a slot's numbers each stands: those that are looked at to let go of a trace come first. */
export const PREVIOUS = 0;
export const NEXT = 1;
const HIGH = 2;
const LOW = 3;
export const USED_AT = 4;
export const COUNTER = 5;
export const LAMPORT = 6;
export const SECONDS = 7;
export const FRACTION = 8;
export const OFFSET_MILLIS = 9;
export const FLAGS = 10;
export const SERIAL = 11;
export const BASE = 12;
export const OWN_INDEX = 13;
export const OWN = 14;
export const HEARINGS = 15;
const SLOT_NUMBERS = 16;

const FIRST_SLOTS = 64;

export class TraceSlots {
  /** Those of all slots; another array once there are more. */
  numbers = new Float64Array(FIRST_SLOTS * SLOT_NUMBERS);
  /** The entries of the vectors that rest. */
  readonly tables: (VectorTable | undefined)[] = [];
  /** The ids that are no hexadecimal digits. */
  private readonly oddIds = new Map<number, string>();
  /** The slot that was given back last; its `NEXT` is the one before. */
  private free = NO_SLOT;

  /** Where the numbers of a slot begin. */
  at(slot: number): number {
    return slot * SLOT_NUMBERS;
  }

  /** A slot for a trace. */
  take(key: TraceKey): number {
    const slot = this.free === NO_SLOT ? this.add() : this.free;
    const { numbers } = this;
    const at = this.at(slot);
    if (slot === this.free) this.free = numbers[at + NEXT] as number;
    numbers[at + HIGH] = key.high;
    numbers[at + LOW] = key.low;
    if (key.oddId !== undefined) this.oddIds.set(slot, key.oddId);
    return slot;
  }

  giveBack(slot: number): void {
    this.tables[slot] = undefined;
    if (this.oddIds.size > 0) this.oddIds.delete(slot);
    this.numbers[this.at(slot) + NEXT] = this.free;
    this.free = slot;
  }

  isOf(slot: number, key: TraceKey): boolean {
    const at = this.at(slot);
    if (this.numbers[at + HIGH] !== key.high || this.numbers[at + LOW] !== key.low) return false;
    return this.oddIds.size === 0 ? key.isHexadecimal : this.oddIds.get(slot) === key.oddId;
  }

  words(slot: number): TraceWords {
    const at = this.at(slot);
    return { high: this.numbers[at + HIGH] as number, low: this.numbers[at + LOW] as number };
  }

  private add(): number {
    const { numbers, tables } = this;
    if (this.at(tables.length) === numbers.length) {
      // Where there is no room for it, there is no slot more either.
      this.numbers = new Float64Array(2 * numbers.length);
      this.numbers.set(numbers);
    }
    return tables.push(undefined) - 1;
  }
}
