/**
 * A deduplicator whose state outlives the process: one named consumer over a storage that it may share with others.
 *
 * Guarantee: what was recorded before the last acknowledged write is remembered after a crash at any moment. Other
 * writers of the same consumer, such as a second tab, are merged in before each write, so states only grow.
 * Hazard: two writers in exactly the same moment overwrite each other for as long as it takes them to `refresh`. Take
 * turns where each message must be handled by one of them only, over a storage that shows at once what was written:
 * `localStorage` shows it to another process a moment later, also under a lock.
 */
import { InvalidValueError } from '../clocks/errors.js';
import { wordOption } from './option-checks.js';
import { CausalDeduplicator, type DeduplicatorOptions } from './deduplicator.js';
import { after, isLater, type MaybeLater } from './maybe-later.js';
import { StateKeeper, type KeeperCounters } from './state-keeper.js';
import { StateSlots } from './state-slots.js';
import type { AsyncStateStorage, StateStorage, SyncStateStorage } from './state-storage.js';
import type { Decision, IdentifiedMessage } from './verdicts.js';

/** A consumer, its storage, and the limits of a deduplicator. */
export interface StoredDeduplicatorOptions<S extends StateStorage = StateStorage> extends DeduplicatorOptions {
  /** Who handles: 1 to 64 of `A-Z a-z 0-9 - _`. Each consumer of a storage sees every message once. */
  readonly consumer: string;
  /** Where the state is kept, under the consumer's name. */
  readonly storage: S;
  /** Store after each message recorded. Default: true. Without it, call `save`. */
  readonly autoSave?: boolean;
  /** What opening does where the storage fails or holds nothing whole. Default: `throw`. */
  readonly whenUnreadable?: 'throw' | 'start-empty';
  /** Told of each failure of the storage after opening, and at opening under `start-empty`. */
  readonly onStorageFailure?: (error: unknown) => void;
}

/** A {@link CausalDeduplicator} whose state is in a storage. Made by {@link openDeduplicator}. */
export class StoredDeduplicator<M extends IdentifiedMessage = IdentifiedMessage> extends CausalDeduplicator<M> {
  /** Who handles. */
  readonly consumer: string;
  private readonly keeper: StateKeeper;
  private readonly autoSave: boolean;

  /** @internal use {@link openDeduplicator} */
  constructor(options: StoredDeduplicatorOptions) {
    super(options);
    this.consumer = options.consumer;
    this.autoSave = options.autoSave ?? true;
    this.keeper = new StateKeeper(new StateSlots(options.storage, options.consumer), this, (error) =>
      options.onStorageFailure?.(error),
    );
  }

  /** True when everything that was recorded is in the storage. */
  get stored(): boolean {
    return this.keeper.stored;
  }

  /** Writes and failures of the storage. */
  get storageCounters(): Readonly<KeeperCounters> {
    return { ...this.keeper.counters };
  }

  /**
   * Stores what is not stored yet, together with what other writers have stored. A storage that answers at once has
   * been written when this returns. False when it failed; the next save tries again.
   */
  async save(): Promise<boolean> {
    return this.keeper.save();
  }

  /** Takes in what other writers of this consumer have stored. False when that failed. */
  async refresh(): Promise<boolean> {
    return after(this.keeper.refresh(), (read) => (this.autoSave && read ? this.keeper.save() : read));
  }

  /** As in {@link CausalDeduplicator}, and stored before it resolves where `autoSave` is on. */
  override async once(message: M, handle: (message: M) => unknown): Promise<Decision> {
    const decision = await super.once(message, handle);
    if (this.autoSave) await this.save();
    return decision;
  }

  /** @internal */
  open(whenUnreadable: 'throw' | 'start-empty'): MaybeLater<unknown> {
    return whenUnreadable === 'throw' ? this.keeper.open() : this.keeper.openOrEmpty();
  }

  /** @internal */
  protected override onRecorded(): void {
    this.keeper.touch();
    if (!this.autoSave) return;
    // A storage that answers later: whoever needs to know awaits `save`.
    const saving = this.keeper.save();
    if (isLater(saving)) void saving;
  }
}

/**
 * Opens a consumer's deduplicator and reads its state: at once where the storage answers at once. Throws or rejects
 * with `InvalidValueError` for a bad option, `StateDamagedError` where both slots of the state are damaged, and
 * whatever the storage throws; under `whenUnreadable: 'start-empty'` only for a bad option.
 */
export function openDeduplicator<M extends IdentifiedMessage = IdentifiedMessage>(
  options: StoredDeduplicatorOptions<SyncStateStorage>,
): StoredDeduplicator<M>;
export function openDeduplicator<M extends IdentifiedMessage = IdentifiedMessage>(
  options: StoredDeduplicatorOptions<AsyncStateStorage>,
): Promise<StoredDeduplicator<M>>;
export function openDeduplicator<M extends IdentifiedMessage>(
  options: StoredDeduplicatorOptions,
): MaybeLater<StoredDeduplicator<M>> {
  const whenUnreadable = wordOption('whenUnreadable', options.whenUnreadable, ['throw', 'start-empty']);
  if (typeof (options.storage as { get?: unknown } | undefined)?.get !== 'function') {
    throw new InvalidValueError('storage', options.storage, 'an object with get, set and remove');
  }
  const made = new StoredDeduplicator<M>(options);
  return after(made.open(whenUnreadable), () => made);
}
