/**
 * All that a node knows of one key. Immutable.
 *
 * Guarantee: operations applied in any order that respects their causes, and states merged in any order, end in the same
 * state at every node: `versions` are the operations that no other one has replaced.
 */
import { VectorTimestamp } from 'otel-causality';
import { type Operation, type OperationJson, operationFromJson, operationToJson } from './operation.js';
import { raise } from './operation-log.js';
import { parsePlainVector } from './tokens.js';

export interface KeyState {
  /** Side by side, none of which has seen another; in order of writer, so that equal states read alike. */
  readonly versions: readonly Operation[];
  /** Every operation on this key that was applied, whether it still stands or was replaced. */
  readonly context: VectorTimestamp;
  /** All that came before any of them, on any key: what a session that was shown this key depends on. */
  readonly past: VectorTimestamp;
}

export interface KeyStateJson {
  readonly versions: readonly OperationJson[];
  readonly context: string;
  readonly past: string;
}

export const EMPTY_KEY: KeyState = { versions: [], context: VectorTimestamp.EMPTY, past: VectorTimestamp.EMPTY };

/** The state after an operation whose causes have all been applied. */
export function applyOperation(state: KeyState, operation: Operation): KeyState {
  const { writer, seq, context, vector } = operation;
  if (state.context.get(writer) >= seq) return state;
  const standing = state.versions.filter((version) => version.seq > context.get(version.writer));
  return {
    versions: inOrder([...standing, operation]),
    context: raise(state.context.merge(context), writer, seq),
    past: state.past.merge(vector),
  };
}

/** What two nodes know of a key together. */
export function mergeStates(a: KeyState, b: KeyState): KeyState {
  const inBoth = (version: Operation, other: KeyState): boolean =>
    other.context.get(version.writer) < version.seq || other.versions.some((same) => isSame(same, version));
  const ofA = a.versions.filter((version) => inBoth(version, b));
  const ofB = b.versions.filter((version) => inBoth(version, a) && !ofA.some((same) => isSame(same, version)));
  return { versions: inOrder([...ofA, ...ofB]), context: a.context.merge(b.context), past: a.past.merge(b.past) };
}

/** Characters that a state holds, but for its vectors. */
export function sizeOf(key: string, { versions }: KeyState): number {
  return versions.reduce((sum, { value }) => sum + (value?.length ?? 0), key.length);
}

export function keyStateToJson({ versions, context, past }: KeyState): KeyStateJson {
  return { versions: versions.map(operationToJson), context: context.toString(), past: past.toString() };
}

/** Reads what {@link keyStateToJson} wrote. Throws for anything else. */
export function keyStateFromJson(json: KeyStateJson): KeyState {
  return {
    versions: json.versions.map(operationFromJson),
    context: parsePlainVector(json.context),
    past: parsePlainVector(json.past),
  };
}

const isSame = (a: Operation, b: Operation): boolean => a.writer === b.writer && a.seq === b.seq;

function inOrder(versions: Operation[]): Operation[] {
  return versions.sort((a, b) => (a.writer < b.writer ? -1 : a.writer > b.writer ? 1 : a.seq - b.seq));
}
