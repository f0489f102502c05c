/**
 * The queues in which traces wait to be let go of: those at rest, those whose last span has ended lately, and those with a
 * live span. A slot can leave from anywhere, in constant time.
 *
 * Guarantee: a slot is in one queue or in none, and is moved at once. Nothing is called on the way, so that a stack that the
 * application has filled never finds it half moved.
 */
import { NEXT, NO_QUEUE, NO_SLOT, PREVIOUS, QUEUE, SLOT_NUMBERS, type TraceSlots } from './trace-slots.js';

export const RESTING = 0;
export const RECENT = 1;
export const BUSY = 2;

export class TraceQueues {
  /** Of each queue. */
  private readonly first = [NO_SLOT, NO_SLOT, NO_SLOT];
  private readonly last = [NO_SLOT, NO_SLOT, NO_SLOT];
  private readonly sizes = [0, 0, 0];

  constructor(private readonly slots: TraceSlots) {}

  /** The slot that came into a queue first; {@link NO_SLOT} where it is empty. */
  firstOf(queue: number): number {
    return this.first[queue] as number;
  }

  /** How many slots a queue has. */
  sizeOf(queue: number): number {
    return this.sizes[queue] as number;
  }

  /** Takes a slot out of its queue, if it is in one, and puts it at the end of this one, if it is one. */
  move(slot: number, to: number): void {
    const { first, last, sizes } = this;
    const { numbers } = this.slots;
    const at = slot * SLOT_NUMBERS;
    const from = numbers[at + QUEUE] as number;
    if (from !== NO_QUEUE) {
      const previous = numbers[at + PREVIOUS] as number;
      const next = numbers[at + NEXT] as number;
      if (previous === NO_SLOT) first[from] = next;
      else numbers[previous * SLOT_NUMBERS + NEXT] = next;
      if (next === NO_SLOT) last[from] = previous;
      else numbers[next * SLOT_NUMBERS + PREVIOUS] = previous;
      sizes[from] = (sizes[from] as number) - 1;
    }
    numbers[at + QUEUE] = to;
    if (to === NO_QUEUE) return;
    const before = last[to] as number;
    numbers[at + PREVIOUS] = before;
    numbers[at + NEXT] = NO_SLOT;
    if (before === NO_SLOT) first[to] = slot;
    else numbers[before * SLOT_NUMBERS + NEXT] = slot;
    last[to] = slot;
    sizes[to] = (sizes[to] as number) + 1;
  }
}
