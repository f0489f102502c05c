/**
 * Keeps a state in a storage while others may write there as well.
 *
 * Guarantee: before each write, what another writer stored since is merged in, so a state only grows. Nothing here
 * throws or rejects once it is open: a storage that fails is counted and told, and tried again with the next save.
 * Writes never overlap: what is asked for while one runs is one more write after it.
 */
import { after, isLater, type MaybeLater, rescue } from './maybe-later.js';
import { StateDamagedError, type StateSlots, type StoredState } from './state-slots.js';

/** The state that is kept. */
export interface KeptState {
  /** As JSON. */
  toJSON(): unknown;
  /** Takes in what another writer stored. True when we hold something that it lacks. Throws where it is no state. */
  mergeJSON(value: unknown): boolean;
}

/** What happened between a state and its storage. */
export interface KeeperCounters {
  /** Writes that the storage has acknowledged. */
  writes: number;
  /** Reads and writes that failed. */
  failures: number;
  /** Slots that were found torn or otherwise damaged beside a whole one, each time that they were read. */
  damagedSlots: number;
}

export class StateKeeper {
  readonly counters: KeeperCounters = { writes: 0, failures: 0, damagedSlots: 0 };
  private mark = '';
  private changed = false;
  private running: Promise<boolean> | undefined = undefined;

  constructor(
    private readonly slots: StateSlots,
    private readonly state: KeptState,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** True when everything that was recorded is in the storage. */
  get stored(): boolean {
    return !this.changed;
  }

  /** Reads what is there. Throws or rejects as the storage and the state do. */
  open(): MaybeLater<void> {
    return after(this.slots.read() as MaybeLater<StoredState>, (stored) => this.takeIn(stored));
  }

  /** As {@link open}; what cannot be read is counted and told, and the next save overwrites it. */
  openOrEmpty(): MaybeLater<boolean> {
    return rescue(
      () =>
        after(this.slots.read() as MaybeLater<StoredState>, (stored) => {
          this.counters.damagedSlots += stored.damaged;
          // Known from now on, readable or not: a save takes in what is not known, and this it could not.
          this.mark = stored.mark;
          if (stored.sequence > 0) this.state.mergeJSON(stored.value);
          return true;
        }),
      (error) => this.failed(error),
    );
  }

  /** Says that the state has changed. */
  touch(): void {
    this.changed = true;
  }

  /** Stores the state if it changed; at once where the storage answers at once. False when that failed. */
  save(): MaybeLater<boolean> {
    if (this.running !== undefined) return this.running;
    if (!this.changed) return true;
    const saved = this.saveOnce();
    if (!isLater(saved)) return saved;
    this.running = this.saveUntilDone(saved);
    return this.running;
  }

  /** Merges what others have stored. False when that failed. */
  refresh(): MaybeLater<boolean> {
    return rescue(
      () => after(this.open(), () => true),
      (error) => this.failed(error),
    );
  }

  private async saveUntilDone(first: Promise<boolean>): Promise<boolean> {
    let saved = await first;
    while (saved && this.changed) saved = await this.saveOnce();
    this.running = undefined;
    return saved;
  }

  private saveOnce(): MaybeLater<boolean> {
    return rescue(
      () =>
        after(this.openUnlessDamaged(), () => {
          this.changed = false;
          return after(this.slots.write(this.state.toJSON()) as MaybeLater<string>, (mark) => {
            this.mark = mark;
            this.counters.writes++;
            return true;
          });
        }),
      (error) => {
        this.changed = true;
        return this.failed(error);
      },
    );
  }

  /** Where both slots are damaged now, what we hold is all that is left: writing it mends them. */
  private openUnlessDamaged(): MaybeLater<void> {
    return rescue<void>(
      () => this.open(),
      (error) => {
        if (!(error instanceof StateDamagedError)) throw error;
        this.failed(error);
      },
    );
  }

  private takeIn(stored: StoredState): void {
    this.counters.damagedSlots += stored.damaged;
    if (stored.mark === this.mark) return;
    // Somebody else wrote last. What we wrote before may have been overwritten: then it must be written again.
    if (stored.sequence === 0 || this.state.mergeJSON(stored.value)) this.changed = true;
    this.mark = stored.mark;
  }

  private failed(error: unknown): false {
    this.counters.failures++;
    try {
      this.onFailure(error);
    } catch {
      // A listener that throws must not stop the messages.
    }
    return false;
  }
}
