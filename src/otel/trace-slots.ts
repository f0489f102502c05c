/**
 * What is kept of each trace that a process holds, by the number of its slot: its key, its neighbours in a queue, and,
 * while nothing goes on in it, all that its domain was. Ten thousand traces rest like that for minutes, nearly all of them
 * for nothing. As objects they would be copied twice by the collector, and looked at by it again and again; numbers in one
 * array are not.
 *
 * Guarantee: a domain that rests here and is woken says and does what it would have done without.
 * Hazard: a slot is another trace's once it was given back.
 * Hazard: it grows with what it has held at once, and never shrinks.
 */
import type { VectorTable } from '../clocks/vector-table.js';
import { NO_CELL, RestingTexts } from './resting-texts.js';
import type { TraceKey, TraceWords } from './trace-key.js';

/** In place of a slot. */
export const NO_SLOT = -1;
/** In place of a queue. */
export const NO_QUEUE = -1;

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
export const TEXT_CELL = 16;
export const TEXT_LENGTH = 17;
export const TEXT_FROM = 18;
export const TEXT_TO = 19;
export const ENTRIES = 20;
export const TABLE_INDEX = 21;
export const TABLE_OWN = 22;
export const QUEUE = 23;
export const SLOT_NUMBERS = 24;

const FIRST_SLOTS = 64;

export class TraceSlots {
  /** Those of all slots; another array once there are more. */
  numbers: Float64Array;
  /** The entries of the vectors that rest, where they are no text. */
  readonly tables: (VectorTable | undefined)[] = [];
  /** The texts of the others. */
  readonly texts = new RestingTexts();
  /** The ids that are no hexadecimal digits. */
  private readonly oddIds = new Map<number, string>();
  /** The slot that was given back last; its `NEXT` is the one before. */
  private free = NO_SLOT;

  /** @param most slots that are meant to be taken at once */
  constructor(private readonly most: number) {
    this.numbers = new Float64Array(this.at(Math.min(FIRST_SLOTS, most)));
  }

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
    numbers[at + TEXT_CELL] = NO_CELL;
    numbers[at + QUEUE] = NO_QUEUE;
    if (key.oddId !== undefined) this.oddIds.set(slot, key.oddId);
    return slot;
  }

  giveBack(slot: number): void {
    this.forgetEntries(slot);
    if (this.oddIds.size > 0) this.oddIds.delete(slot);
    this.numbers[this.at(slot) + NEXT] = this.free;
    this.free = slot;
  }

  /** Lets go of the entries that rest in a slot. */
  forgetEntries(slot: number): void {
    const { numbers } = this;
    const at = this.at(slot);
    this.tables[slot] = undefined;
    const cell = numbers[at + TEXT_CELL] as number;
    if (cell === NO_CELL) return;
    // First of all, so that no cell is ever given back twice.
    numbers[at + TEXT_CELL] = NO_CELL;
    this.texts.giveBack(cell, numbers[at + TEXT_LENGTH] as number);
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
    const { numbers } = this;
    const slot = this.tables.length;
    if (this.at(slot) === numbers.length) {
      const slots = slot < this.most ? Math.min(2 * slot, this.most) : slot + FIRST_SLOTS;
      const longer = new Float64Array(this.at(slots));
      longer.set(numbers);
      this.numbers = longer;
    }
    this.tables.push(undefined);
    return slot;
  }
}
