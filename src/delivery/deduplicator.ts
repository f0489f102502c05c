/**
 * Has this message been handled?
 *
 * Guarantee: a message that was recorded is never `fresh` again, after any limit, merge, save and reload; what may have
 * been handled and is forgotten is `unknown`. A message from the network never makes it throw. Memory is bounded by the
 * options and by `src/clocks/limits.ts`.
 * Hazard: between handling a message and recording it, a crash makes it come again. Record before you handle and a
 * crash makes it be lost. No library can close this gap; `begin` and `handled` say which side of it you are on.
 */
import {
  DEFAULT_DEDUP_KEYS,
  DEFAULT_DEDUP_NODES,
  DEFAULT_DEDUP_RUNS,
  HIGHEST_DEDUP_KEYS,
  HIGHEST_DEDUP_NODES,
  HIGHEST_DEDUP_RUNS,
  LOWEST_DEDUP_RUNS,
} from '../clocks/limits.js';
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { isNode, isTick, vectorOf } from './foreign-names.js';
import { integerOption, wordOption } from './option-checks.js';
import { ConflictQueue } from './conflict-queue.js';
import { HandledMemory, type MemoryLimits, type NamedMessage } from './handled-memory.js';
import { type HandledState, handledState, isKey, readHandledState } from './handled-state.js';
import { HandlingSet, identityOf } from './handling-set.js';
import type {
  Decision,
  DeduplicatorCounters,
  FullPolicy,
  IdentifiedMessage,
  RefusedMessage,
  Verdict,
} from './verdicts.js';

/** The limits of a deduplicator; all optional. */
export interface DeduplicatorOptions {
  /** What happens where a limit makes the state forget. Default: `at-most-once`. */
  readonly whenFull?: FullPolicy;
  /** Nodes remembered, 1 to 1,000,000. Default: 10,000. */
  readonly maxNodes?: number;
  /** Runs of consecutive ticks remembered of one node, 2 to 65,536. Default: 1,024. */
  readonly maxRunsPerNode?: number;
  /** Keys remembered, 1 to 1,000,000. Default: 10,000. */
  readonly maxKeys?: number;
  /** Conflicts that wait to be settled, 1 to 100,000. Default: 1,000. */
  readonly maxConflicts?: number;
}

/** A decision, and the way to say how the handling ended. One that is not to be handled has nothing to end. */
export interface Handling extends Decision {
  /** The message was handled: records it. */
  commit(): void;
  /** It was not: the next copy is to be handled. */
  abort(): void;
}

const VERDICTS = { fresh: 0, duplicate: 0, stale: 0, concurrent: 0, unknown: 0, handling: 0, refused: 0 };
const REFUSED: Record<RefusedMessage, number> = {
  malformed: 0,
  incomplete: 0,
  'too-many-nodes': 0,
  'too-many-runs': 0,
  'too-many-keys': 0,
  'too-many-versions': 0,
  'too-many-handling': 0,
  'too-many-conflicts': 0,
};

/** Says of each message whether it was handled, and remembers it in bounded memory. */
export class CausalDeduplicator<M extends IdentifiedMessage = IdentifiedMessage> {
  /** Messages that were `concurrent` when their handling began, until somebody takes them to settle them. */
  readonly conflicts: ConflictQueue<M>;
  private readonly limits: MemoryLimits;
  private readonly memory: HandledMemory;
  private readonly inHand = new HandlingSet();
  private readonly verdicts: Record<Verdict, number> = { ...VERDICTS };
  private readonly refused: Record<RefusedMessage, number> = { ...REFUSED };

  /** Throws `InvalidValueError` naming the option. */
  constructor(options: DeduplicatorOptions = {}) {
    this.limits = {
      whenFull: wordOption('whenFull', options.whenFull, ['at-most-once', 'at-least-once', 'refuse']),
      maxNodes: integerOption('maxNodes', options.maxNodes, {
        preset: DEFAULT_DEDUP_NODES,
        highest: HIGHEST_DEDUP_NODES,
      }),
      maxRunsPerNode: integerOption('maxRunsPerNode', options.maxRunsPerNode, {
        preset: DEFAULT_DEDUP_RUNS,
        lowest: LOWEST_DEDUP_RUNS,
        highest: HIGHEST_DEDUP_RUNS,
      }),
      maxKeys: integerOption('maxKeys', options.maxKeys, { preset: DEFAULT_DEDUP_KEYS, highest: HIGHEST_DEDUP_KEYS }),
    };
    this.conflicts = new ConflictQueue(options.maxConflicts);
    this.memory = new HandledMemory(this.limits);
  }

  /** What was decided so far by `begin`, `once` and `handled`, and what the limits made it forget. */
  get counters(): DeduplicatorCounters {
    return { verdicts: { ...this.verdicts }, refused: { ...this.refused }, forgotten: { ...this.memory.forgotten } };
  }

  /** The answer about a message. Changes and counts nothing. */
  check(message: IdentifiedMessage): Decision {
    const named = namedMessage(message);
    return named === undefined ? refusal('malformed') : this.decide(named);
  }

  /**
   * Takes a message in hand. Where the answer says `handle`, other copies of it are answered `handling` until the
   * handling is committed or aborted. A `concurrent` one goes into {@link conflicts}.
   */
  begin(message: M): Handling {
    const named = namedMessage(message);
    if (named === undefined) return this.counted(refusal('malformed'), NOTHING_TO_END);
    const decision = this.decide(named);
    if (decision.verdict === 'concurrent') {
      const queued = this.conflicts.add(identityOf(named), { message, against: decision.against });
      return this.counted(queued ? decision : refusal('too-many-conflicts'), NOTHING_TO_END);
    }
    if (!decision.handle) return this.counted(decision, NOTHING_TO_END);
    this.inHand.add(named);
    let ended = false;
    const end = (record: boolean): void => {
      if (ended) return;
      ended = true;
      this.inHand.delete(named);
      if (record) this.record(named);
    };
    return this.counted(decision, { commit: () => end(true), abort: () => end(false) });
  }

  /**
   * Handles a message once: begins, runs `handle` where the answer says so, and commits; aborts and rethrows when it
   * throws. Returns the decision.
   */
  async once(message: M, handle: (message: M) => unknown): Promise<Decision> {
    const handling = this.begin(message);
    if (!handling.handle) return handling;
    try {
      await handle(message);
    } catch (error) {
      handling.abort();
      throw error;
    }
    handling.commit();
    return handling;
  }

  /**
   * Records a message as handled, whatever the answer about it would have been, and returns that answer. Nothing is
   * recorded of one that is `refused`.
   */
  handled(message: IdentifiedMessage): Decision {
    const named = namedMessage(message);
    if (named === undefined) return this.counted(refusal('malformed'), {});
    const decision = this.decide(named, false);
    const reason = decision.reason ?? this.memory.fits(named);
    if (reason !== undefined) return this.counted(refusal(reason), {});
    this.record(named);
    return this.counted(decision, {});
  }

  /**
   * Takes in what another deduplicator of the same consumer has handled. Commutative, associative and idempotent while
   * no limit is met. Throws `InvalidValueError` where the other holds what does not fit; then nothing has changed.
   */
  merge(other: CausalDeduplicator | HandledState): void {
    this.mergeJSON(other instanceof CausalDeduplicator ? other.toJSON() : other);
    this.onRecorded();
  }

  /** As {@link merge}, from parsed JSON. True when we held something that the other one lacked. */
  mergeJSON(state: unknown): boolean {
    const theirs = readHandledState(state, this.limits);
    const more = !theirs.includes(this.memory);
    this.memory.merge(theirs);
    return more;
  }

  /** Everything that was recorded. What is in hand and the conflicts that wait are not. */
  toJSON(): HandledState {
    return handledState(this.memory);
  }

  /** A deduplicator that remembers what `toJSON` gave. Throws `InvalidValueError`. */
  static fromJSON<M extends IdentifiedMessage>(state: unknown, options?: DeduplicatorOptions): CausalDeduplicator<M> {
    const made = new CausalDeduplicator<M>(options);
    made.mergeJSON(state);
    return made;
  }

  /** @internal Called after something was recorded. */
  protected onRecorded(): void {
    // Nothing to do for one that lives in memory only.
  }

  private record(named: NamedMessage): void {
    this.memory.record(named);
    this.onRecorded();
  }

  /** @param takesInHand false for one that was handled already: however many are in hand, it is none of them */
  private decide(named: NamedMessage, takesInHand = true): Decision {
    if (this.inHand.has(named)) return { verdict: 'handling', handle: false, against: [] };
    const verdict = this.memory.verdict(named);
    if (verdict === 'duplicate' || verdict === 'stale') return { verdict, handle: false, against: [] };
    if (named.version?.incomplete === true) return refusal('incomplete');
    const reason = this.memory.fits(named);
    if (reason !== undefined) return refusal(reason);
    if (verdict === 'concurrent') return { verdict, handle: false, against: this.memory.against(named) };
    const handle = verdict === 'fresh' || this.limits.whenFull === 'at-least-once';
    if (handle && takesInHand && this.inHand.isFull) return refusal('too-many-handling');
    return { verdict, handle, against: [] };
  }

  private counted<E extends object>(decision: Decision, end: E): Decision & E {
    this.verdicts[decision.verdict]++;
    if (decision.reason !== undefined) this.refused[decision.reason]++;
    return { ...decision, ...end };
  }
}

const NOTHING_TO_END = { commit: (): void => undefined, abort: (): void => undefined };

function refusal(reason: RefusedMessage): Decision {
  return { verdict: 'refused', handle: false, reason, against: [] };
}

/** The names of a message, checked; undefined when it has none, or half of one, or one beyond the limits. */
function namedMessage(message: unknown): NamedMessage | undefined {
  try {
    const { node, tick, key, vector, incomplete = false } = message as Record<string, unknown>;
    const hasDot = node !== undefined && tick !== undefined;
    const hasVersion = key !== undefined && vector !== undefined;
    if (!hasDot && !hasVersion) return undefined;
    const dot = hasDot && isNode(node) && isTick(tick) ? { node, tick } : undefined;
    const checked: VectorTimestamp | undefined = hasVersion ? vectorOf(vector) : undefined;
    const version =
      checked !== undefined && checked.size > 0 && isKey(key) && typeof incomplete === 'boolean'
        ? { key, vector: checked, incomplete }
        : undefined;
    if (hasDot !== (dot !== undefined) || hasVersion !== (version !== undefined)) return undefined;
    return { dot, version };
  } catch {
    return undefined;
  }
}
