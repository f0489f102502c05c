/**
 * What one component has shown, and which messages those were, in one record.
 *
 * Guarantee: both are stored in one write that is whole or not there at all, so after a refresh, or a crash in the
 * middle of a write, a component never knows a message that it does not show, nor shows one that it does not know.
 * Where the storage is full, forbidden or damaged, the component goes on in memory and says so.
 * Hazard: what is not stored is gone with the page; the stream is then read from an earlier point, never a later one.
 */
import { CausalDeduplicator, type Handling, StateSlots, type SyncStateStorage } from 'otel-causality/delivery';
import { messageId, type OrderMessage } from '../src/message';

/** The rows that a component keeps; what was handled is remembered for longer, and much more compactly. */
export const MAX_ROWS = 50;

export type Row = Pick<OrderMessage, 'node' | 'tick' | 'text'>;

export class FeedMemory {
  /** What was shown, the newest last. */
  rows: readonly Row[] = [];
  /** The id of the newest message that was handled, if any was. */
  last: string | undefined;
  /** Why this memory will not survive the page; undefined while it will. */
  problem: string | undefined;
  private handled = new CausalDeduplicator<OrderMessage>();
  private readonly slots: StateSlots<SyncStateStorage>;

  constructor(name: string, storage: SyncStateStorage) {
    this.slots = new StateSlots(storage, name);
    try {
      this.takeIn(this.slots.read().value);
    } catch (error) {
      this.problem = `what was stored cannot be read (${nameOf(error)})`;
      this.startOver();
    }
  }

  begin(message: OrderMessage): Handling {
    return this.handled.begin(message);
  }

  /** The message is shown: remembers that, in the page and, where possible, beyond. */
  shown(handling: Handling, { node, tick, text }: OrderMessage): void {
    handling.commit();
    this.rows = [...this.rows, { node, tick, text }].slice(-MAX_ROWS);
    this.last = messageId({ node, tick });
    try {
      this.slots.write({ rows: this.rows, last: this.last, handled: this.handled.toJSON() });
      this.problem = undefined;
    } catch (error) {
      this.problem = `not stored (${nameOf(error)})`;
    }
  }

  private takeIn(stored: unknown): void {
    if (stored === undefined) return;
    const { rows, last, handled } = stored as { rows: Row[]; last: unknown; handled: unknown };
    if (typeof last !== 'string' || !rows.every(isRow)) throw new TypeError('not ours');
    this.handled = CausalDeduplicator.fromJSON(handled);
    this.rows = rows;
    this.last = last;
  }

  /** A record that cannot be read must not keep the next one from being written. */
  private startOver(): void {
    try {
      this.slots.remove();
    } catch {
      // Forbidden altogether: the next write says so too.
    }
  }
}

function isRow(value: unknown): value is Row {
  const { node, tick, text } = (value ?? {}) as Record<string, unknown>;
  return typeof node === 'string' && typeof tick === 'number' && typeof text === 'string';
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'error';
}
