/** A queue of slots whose members can leave from anywhere in constant time. A slot is in one queue at a time. */
import { NEXT, NO_SLOT, PREVIOUS, type TraceSlots } from './trace-slots.js';

export class TraceQueue {
  first = NO_SLOT;
  private last = NO_SLOT;

  constructor(private readonly slots: TraceSlots) {}

  append(slot: number): void {
    this.join(this.last, slot);
    this.join(slot, NO_SLOT);
  }

  remove(slot: number): void {
    const { numbers } = this.slots;
    const at = this.slots.at(slot);
    this.join(numbers[at + PREVIOUS] as number, numbers[at + NEXT] as number);
  }

  /** Puts two side by side; {@link NO_SLOT} stands for an end of the queue. */
  private join(before: number, after: number): void {
    const { numbers } = this.slots;
    if (before === NO_SLOT) this.first = after;
    else numbers[this.slots.at(before) + NEXT] = after;
    if (after === NO_SLOT) this.last = before;
    else numbers[this.slots.at(after) + PREVIOUS] = before;
  }
}
