/**
 * A replicated value by remembering everything: every write with the set of all writes that its writer had seen, every
 * deletion with the set of what it deleted. A value stands while no known write has seen it and no known deletion has.
 */
import * as fc from 'fast-check';
import { CausalRegister, VectorTimestamp } from '../../src/delivery/index.js';

/** Writes, by number. */
type Seen = ReadonlySet<number>;

interface Replica {
  readonly node: string;
  real: CausalRegister<number>;
  /** Writes and deleted writes that are known here. */
  readonly known: Set<number>;
  readonly deleted: Set<number>;
}

/** What somebody read at some moment, as both sides tell it. */
export interface Reading {
  readonly context: VectorTimestamp;
  readonly seen: Seen;
}

export type RegisterStep =
  | { readonly does: 'write' | 'delete'; readonly at: number; readonly reading: number }
  | { readonly does: 'read' | 'reload'; readonly at: number }
  | { readonly does: 'merge'; readonly at: number; readonly from: number };

const at = fc.nat(2);
export const registerSteps: fc.Arbitrary<RegisterStep[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ does: fc.constant('write' as const), at, reading: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('delete' as const), at, reading: fc.nat() }) },
    { weight: 4, arbitrary: fc.record({ does: fc.constant('read' as const), at }) },
    { weight: 4, arbitrary: fc.record({ does: fc.constant('merge' as const), at, from: at }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('reload' as const), at }) },
  ),
  { maxLength: 40 },
);

export class RegisterWorld {
  private readonly histories: Seen[] = [];
  readonly replicas: readonly Replica[] = ['a', '__proto__', 'c'].map((node) => ({
    node,
    real: CausalRegister.empty<number>(),
    known: new Set(),
    deleted: new Set(),
  }));
  /** The first one has seen nothing. */
  readonly readings: Reading[] = [{ context: VectorTimestamp.EMPTY, seen: new Set() }];

  run(step: RegisterStep): void {
    const replica = this.replicas[step.at] as Replica;
    switch (step.does) {
      case 'write': {
        const { context, seen } = this.reading(step.reading);
        const value = this.histories.length;
        replica.real = replica.real.write(value, { node: replica.node, context, maxSiblings: 1024 });
        this.histories.push(seen);
        replica.known.add(value);
        return;
      }
      case 'delete': {
        const { context, seen } = this.reading(step.reading);
        replica.real = replica.real.delete(context);
        for (const write of seen) replica.deleted.add(write);
        return;
      }
      case 'read': {
        const { context } = replica.real.read();
        this.readings.push({ context, seen: this.seenBy(replica) });
        return;
      }
      case 'merge': {
        const from = this.replicas[step.from] as Replica;
        replica.real = replica.real.merge(from.real);
        for (const write of from.known) replica.known.add(write);
        for (const write of from.deleted) replica.deleted.add(write);
        return;
      }
      case 'reload':
        replica.real = CausalRegister.fromJSON(JSON.parse(JSON.stringify(replica.real)));
    }
  }

  reading(number: number): Reading {
    return this.readings[number % this.readings.length] as Reading;
  }

  /** The values that stand, ascending. */
  standing(replica: Replica): number[] {
    const seen = this.replaced(replica);
    return [...replica.known].filter((write) => !seen.has(write)).sort((a, b) => a - b);
  }

  /** Everything that this replica knows of, directly or because a write that it knows has seen it. */
  private seenBy(replica: Replica): Seen {
    return new Set([...replica.known, ...this.replaced(replica)]);
  }

  private replaced(replica: Replica): Set<number> {
    const replaced = new Set(replica.deleted);
    for (const write of replica.known) for (const seen of this.histories[write] as Seen) replaced.add(seen);
    return replaced;
  }
}
