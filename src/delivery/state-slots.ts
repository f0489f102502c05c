/**
 * A state in a storage that survives a crash in the middle of a write.
 *
 * Guarantee: two slots are written in turns, never the one that holds the newest whole state, so a write that stops at
 * any byte leaves the state before it. A state that `write` has acknowledged is in the storage, and where both slots
 * are damaged that is an error, never an empty state.
 * Hazard: two writers that read and write in turns overwrite each other's states. Merge what you read before you
 * write, and read again when the storage says that it changed.
 */
import { InvalidValueError } from '../clocks/errors.js';
import { MAX_STATE_LENGTH } from '../clocks/limits.js';
import { checkStateName } from './foreign-names.js';
import { after, type MaybeLater } from './maybe-later.js';
import { asciiJson, readSlot, type Slot, slotOf, slotText } from './slot-text.js';
import type { StateStorage, SyncStateStorage } from './state-storage.js';

/** At once for a storage that answers at once, a promise for any other. */
export type Answer<S extends StateStorage, T> = S extends SyncStateStorage ? T : Promise<T>;

/** What a storage holds. */
export interface StoredState {
  /** The newest whole state, parsed when it is asked for; undefined when none was ever written. */
  readonly value: unknown;
  /**
   * Tells this write from all others, also from one of another writer with the same number; empty when there is none.
   */
  readonly mark: string;
  /** Grows with each write; 0 when there is none. */
  readonly sequence: number;
  /** Slots that hold something that is not a whole state: the trace of a crash, or somebody else's text. */
  readonly damaged: number;
}

/** Both slots hold something, and neither holds a whole state: what was stored is lost. */
export class StateDamagedError extends InvalidValueError {
  override readonly name: string = 'StateDamagedError';
}

/** One named state in two slots of a storage. */
export class StateSlots<S extends StateStorage = StateStorage> {
  /** @param name 1 to 64 of `A-Z a-z 0-9 - _`; two slots with this name and a number behind it are used */
  constructor(
    private readonly storage: S,
    /** The name of the state. */
    readonly name: string,
  ) {
    checkStateName('name', name);
  }

  /** The newest whole state. Throws {@link StateDamagedError}, and whatever the storage throws. */
  read(): Answer<S, StoredState> {
    return after(this.slots(), (found) => {
      const { newest, damaged, absent } = found;
      if (newest === undefined) {
        // The first state is acknowledged only when it is in both slots: a damaged one alone was never acknowledged.
        if (absent === 0)
          throw new StateDamagedError(`state ${this.name}`, damaged, 'a whole state in one of two slots');
        return { value: undefined, mark: '', sequence: 0, damaged };
      }
      const { name } = this;
      const { json, sequence, mark } = newest;
      return {
        get value(): unknown {
          return parsed(name, json);
        },
        mark,
        sequence,
        damaged,
      };
    }) as Answer<S, StoredState>;
  }

  /** Stores a value that JSON can hold. Returns the mark of this write. Throws whatever the storage throws. */
  write(value: unknown): Answer<S, string> {
    const json = asciiJson(value);
    if (json.length > MAX_STATE_LENGTH) {
      throw new InvalidValueError(`state ${this.name}`, json.length, `at most ${MAX_STATE_LENGTH} characters of JSON`);
    }
    return after(this.slots(), ({ newest }) => {
      const slot = slotOf((newest?.sequence ?? 0) + 1, json);
      const put = this.put(slot);
      if (newest !== undefined) return after(put, () => slot.mark);
      const second = slotOf(slot.sequence + 1, json);
      return after(put, () => after(this.put(second), () => second.mark));
    }) as Answer<S, string>;
  }

  /** Removes both slots. Throws whatever the storage throws. */
  remove(): Answer<S, void> {
    return after(this.storage.remove(this.slotName(0)), () => this.storage.remove(this.slotName(1))) as Answer<S, void>;
  }

  private put(slot: Slot): MaybeLater<void> {
    return this.storage.set(this.slotName(slot.sequence % 2), slotText(slot));
  }

  private slots(): MaybeLater<{ newest: Slot | undefined; damaged: number; absent: number }> {
    return after(this.storage.get(this.slotName(0)), (even) =>
      after(this.storage.get(this.slotName(1)), (odd) => {
        const texts: unknown[] = [even, odd];
        let newest: Slot | undefined;
        let damaged = 0;
        let absent = 0;
        texts.forEach((text, parity) => {
          const slot = typeof text === 'string' && text.length <= 2 * MAX_STATE_LENGTH ? readSlot(text) : undefined;
          if (text === undefined || text === null) absent++;
          else if (slot === undefined || slot.sequence % 2 !== parity) damaged++;
          else if (newest === undefined || slot.sequence > newest.sequence) newest = slot;
        });
        return { newest, damaged, absent };
      }),
    );
  }

  private slotName(parity: number): string {
    return `${this.name}.${parity}`;
  }
}

/** A slot that was written here holds JSON: one that does not, somebody else has made. */
function parsed(name: string, json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    throw new StateDamagedError(`state ${name}`, json, 'JSON');
  }
}
