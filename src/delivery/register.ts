/**
 * A replicated value whose concurrent writes are kept side by side until somebody who saw them writes again: a register
 * of dotted version vectors (Preguiça, Baquero, Almeida, Fonte and Gonçalves 2010; Almeida and others 2014).
 *
 * Guarantee: immutable. A write replaces exactly the values that its context has seen. Merging is commutative,
 * associative and idempotent, and loses no value that nobody has replaced.
 * Hazard: a node must never give two writes of one register the same tick. One that lost its state, or dropped a
 * deleted register's context, must come back under a new id, or count ticks across all its registers and keep that
 * count. Two values under one dot are an error in `merge`, because either answer would lose one.
 */
import { InvalidValueError } from '../clocks/errors.js';
import {
  DEFAULT_SIBLINGS,
  HIGHEST_SIBLINGS,
  MAX_COUNTER,
  MAX_FOREIGN_VECTOR_ENTRIES,
  MAX_MERGED_SIBLINGS,
} from '../clocks/limits.js';
import { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { isNode, isTick, NODE_EXPECTED, TICK_EXPECTED, vectorOf } from './foreign-names.js';
import { integerOption } from './option-checks.js';
import { type RegisterState, readRegister, registerState } from './register-state.js';
import { sameValue, type Sibling, siblingsOfBoth } from './siblings.js';

/** What a read returns. */
export interface RegisterReading<V> {
  /**
   * The values that nobody has replaced: none when nothing was written or all was deleted, several after concurrent
   * writes.
   */
  readonly values: readonly V[];
  /** What was seen. Hand it back with the write that follows from it. */
  readonly context: VectorTimestamp;
}

/** Who writes, and what the writer had seen. */
export interface RegisterWrite {
  /** 1 to 256 characters, unique to one replica's life. */
  readonly node: string;
  /** What the writer had read; {@link VectorTimestamp.EMPTY}, the default, for one who has read nothing. */
  readonly context?: VectorTimestamp | undefined;
  /** The write's number on its node, higher than all before it. Default: one more than this register has seen. */
  readonly tick?: number | undefined;
  /** Most values that the write may leave, 1 to 1,024. Default: 16. */
  readonly maxSiblings?: number | undefined;
}

/** A write or merge would have left more concurrent values than are kept. Nothing was changed. */
export class SiblingLimitError extends InvalidValueError {
  override readonly name: string = 'SiblingLimitError';
}

/** One state of a replicated value. Immutable. */
export class CausalRegister<V> {
  private constructor(
    /** The values that nobody has replaced, in the order of node and tick. */
    readonly siblings: readonly Sibling<V>[],
    /** The writes and deletions that this state includes, of each node those up to a number. */
    readonly context: VectorTimestamp,
  ) {}

  /** A register that nobody has written. */
  static empty<V>(): CausalRegister<V> {
    return new CausalRegister<V>([], VectorTimestamp.EMPTY);
  }

  /** The present values, and the context to write with. */
  read(): RegisterReading<V> {
    return { values: this.siblings.map(({ value }) => value), context: this.context };
  }

  /** True when something was written and all of it was deleted. Keep it until every replica has merged it. */
  get isDeleted(): boolean {
    return this.siblings.length === 0 && this.context.size > 0;
  }

  /** The present values that somebody with this context has not seen. */
  unseen(context: VectorTimestamp): readonly Sibling<V>[] {
    const seen = contextOf(context);
    return this.siblings.filter(({ node, tick }) => seen.get(node) < tick);
  }

  /** True when a write with this context would leave another value beside its own. */
  wouldConflict(context: VectorTimestamp): boolean {
    return this.unseen(context).length > 0;
  }

  /**
   * The register after a write. Throws {@link SiblingLimitError} when it would leave more values than allowed, and
   * {@link InvalidValueError} for a bad node, context or tick.
   */
  write(value: V, { node, context, tick, maxSiblings }: RegisterWrite): CausalRegister<V> {
    const limit = integerOption('maxSiblings', maxSiblings, { preset: DEFAULT_SIBLINGS, highest: HIGHEST_SIBLINGS });
    if (!isNode(node)) throw new InvalidValueError('node', node, NODE_EXPECTED);
    const seen = contextOf(context);
    const own = this.context.get(node);
    // A context that knows writes of ours which we do not: we have lost some, and would use their numbers again.
    if (seen.get(node) > own)
      throw new InvalidValueError(`context[${node}]`, seen.get(node), `at most ${own}, which we wrote`);
    if (own >= MAX_COUNTER) throw new InvalidValueError('tick', own + 1, TICK_EXPECTED);
    const dot = tick ?? own + 1;
    if (!isTick(dot) || dot <= own) throw new InvalidValueError('tick', tick, `an integer from ${own + 1} to 2^48`);
    const kept = this.unseen(seen);
    if (kept.length >= limit) {
      throw new SiblingLimitError(
        'siblings',
        kept.length + 1,
        `at most ${limit}: read, settle, and write with the context`,
      );
    }
    const union = joined(this.context, seen).withCounter(node, dot);
    checkContextSize(union);
    return new CausalRegister(siblingsOfBoth(kept, [{ node, tick: dot, value }]), union);
  }

  /** The register without the values that this context has seen. What it has not seen stays. */
  delete(context: VectorTimestamp): CausalRegister<V> {
    const seen = contextOf(context);
    return new CausalRegister(this.unseen(seen), joined(this.context, seen));
  }

  /**
   * What both replicas know together. Throws {@link SiblingLimitError} beyond 1,024 values, and
   * {@link InvalidValueError} where both hold different values of one write.
   */
  merge(other: CausalRegister<V>): CausalRegister<V> {
    const context = joined(this.context, other.context);
    const ours = new Map(this.siblings.map((sibling) => [`${sibling.tick} ${sibling.node}`, sibling]));
    const shared: Sibling<V>[] = [];
    for (const sibling of other.siblings) {
      const mine = ours.get(`${sibling.tick} ${sibling.node}`);
      if (mine === undefined) continue;
      if (!sameValue(mine.value, sibling.value)) {
        throw new InvalidValueError(
          `write ${sibling.tick} of ${sibling.node}`,
          sibling.value,
          'the value that we hold of it',
        );
      }
      shared.push(mine);
    }
    const siblings = siblingsOfBoth(siblingsOfBoth(this.unseen(other.context), other.unseen(this.context)), shared);
    if (siblings.length > MAX_MERGED_SIBLINGS) {
      throw new SiblingLimitError('siblings', siblings.length, `at most ${MAX_MERGED_SIBLINGS}`);
    }
    return new CausalRegister(siblings, context);
  }

  /** Plain JSON, where the values are. */
  toJSON(): RegisterState<V> {
    return registerState(this.siblings, this.context);
  }

  /**
   * Reads what `toJSON` gave. Throws {@link InvalidValueError} naming the place.
   * @param valueOf checks and converts each value; by default it is taken as it is
   */
  static fromJSON<V>(state: unknown, valueOf?: (value: unknown) => V): CausalRegister<V> {
    const { siblings, context } = readRegister(state, valueOf);
    return new CausalRegister(siblings, context);
  }
}

function contextOf(value: VectorTimestamp | undefined): VectorTimestamp {
  const context = vectorOf(value ?? VectorTimestamp.EMPTY);
  if (context === undefined) throw new InvalidValueError('context', value, 'a VectorTimestamp that a read returned');
  return context;
}

function joined(a: VectorTimestamp, b: VectorTimestamp): VectorTimestamp {
  const union = a.merge(b);
  checkContextSize(union);
  return union;
}

function checkContextSize(context: VectorTimestamp): void {
  if (context.size > MAX_FOREIGN_VECTOR_ENTRIES) {
    throw new InvalidValueError('context', context.size, `at most ${MAX_FOREIGN_VECTOR_ENTRIES} nodes`);
  }
}
