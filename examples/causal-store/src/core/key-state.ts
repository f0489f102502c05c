/**
 * All that a node knows of one key: a `CausalRegister`, and what its readers depend on. Immutable.
 *
 * Guarantee: operations applied in any order that respects their causes, and states merged in any order, end in the same
 * state at every node: the siblings are the operations that no other one has replaced. A deletion is a sibling too, with
 * null for a value: whoever reads the key is told of it, and can replace it.
 */
import { VectorTimestamp } from 'otel-causality';
import { CausalRegister, type RegisterState, type Sibling } from 'otel-causality/delivery';
import { MAX_REPLICATED_SIBLINGS } from '../limits.js';
import { type Carrier, type Operation, storedFromJson } from './operation.js';
import { parsePlainVector } from './tokens.js';

/** What is kept of an operation while it stands. */
export interface Stored {
  readonly value: string | null;
  readonly request: string;
  readonly carrier: Carrier;
}

export type Version = Sibling<Stored>;

export interface KeyState {
  readonly register: CausalRegister<Stored>;
  /** All that came before any operation on this key, on any key: what a session that was shown it depends on. */
  readonly past: VectorTimestamp;
}

export interface KeyStateJson {
  readonly register: RegisterState<Stored>;
  readonly past: string;
}

export const EMPTY_KEY: KeyState = { register: CausalRegister.empty<Stored>(), past: VectorTimestamp.EMPTY };

/** The state after an operation whose causes have all been applied. Throws where the operation contradicts them. */
export function applyOperation({ register, past }: KeyState, operation: Operation): KeyState {
  const { writer, seq, context, vector, value, request, carrier } = operation;
  const stored: Stored = { value, request, carrier };
  return {
    register: register.write(stored, { node: writer, tick: seq, context, maxSiblings: MAX_REPLICATED_SIBLINGS }),
    past: past.merge(vector),
  };
}

/** What two nodes know of a key together. */
export function mergeStates(a: KeyState, b: KeyState): KeyState {
  return { register: a.register.merge(b.register), past: a.past.merge(b.past) };
}

/** Characters that a state holds, but for its vectors. */
export function sizeOf(key: string, { register }: KeyState): number {
  return register.siblings.reduce((sum, { value: { value } }) => sum + (value?.length ?? 0), key.length);
}

export function keyStateToJson({ register, past }: KeyState): KeyStateJson {
  return { register: register.toJSON(), past: past.toString() };
}

/** Reads what {@link keyStateToJson} wrote. Throws for anything else. */
export function keyStateFromJson(json: KeyStateJson): KeyState {
  return { register: CausalRegister.fromJSON(json.register, storedFromJson), past: parsePlainVector(json.past) };
}
