/**
 * Offsets that satisfy difference constraints `offset[to] - offset[from] >= atLeast`.
 *
 * Guarantee: where all offsets can be zero they are. Otherwise, of the solutions that leave one clock of the component
 * alone and move every other one no further than forced, the one with the least movement is taken.
 * Hazard: cost is nodes times constraints for each clock that is tried; candidates are few.
 */
import { addTo } from '../multimap.js';

export interface Constraint {
  readonly from: number;
  readonly to: number;
  readonly atLeast: number;
}

/** Clocks that are tried as the one that is right. */
const MOST_CANDIDATES = 32;

/** @returns undefined where no offsets satisfy all constraints: some circle of them asks for more than nothing */
export function solveOffsets(
  size: number,
  constraints: readonly Constraint[],
  weights: ArrayLike<number>,
): Float64Array | undefined {
  const strictest = strictestOf(size, constraints);
  const offsets = new Float64Array(size);
  if (strictest.every(({ atLeast }) => atLeast <= 0)) return offsets;
  const out = Array.from({ length: size }, (): Constraint[] => []);
  const into = Array.from({ length: size }, (): Constraint[] => []);
  for (const constraint of strictest) {
    out[constraint.from]?.push(constraint);
    into[constraint.to]?.push(constraint);
  }
  for (const component of componentsOf(size, out, into)) {
    const isViolated = component.some((node) => out[node]?.some(({ atLeast }) => atLeast > 0));
    if (isViolated && !solveComponent(component, out, into, weights, offsets)) return undefined;
  }
  return offsets;
}

/**
 * Moves each offset to a whole number of its clock's units, away from zero or else towards it, where all constraints
 * still hold. A clock that counts in milliseconds still seems to do so afterwards, and ties that it could not tell stay
 * ties.
 */
export function roundOffsets(
  offsets: Float64Array,
  constraints: readonly Constraint[],
  unitOf: (variable: number) => number,
): void {
  const touching = new Map<number, Constraint[]>();
  for (const constraint of constraints) {
    for (const variable of [constraint.from, constraint.to]) {
      if (offsets[variable] === 0) continue;
      addTo(touching, variable, constraint);
    }
  }
  for (const [variable, around] of touching) {
    const exact = offsets[variable] as number;
    const unit = unitOf(variable);
    const [low, high] = [Math.floor(exact / unit) * unit, Math.ceil(exact / unit) * unit];
    const holds = (): boolean =>
      around.every(({ from, to, atLeast }) => (offsets[to] as number) - (offsets[from] as number) >= atLeast);
    const fitting = (exact > 0 ? [high, low] : [low, high]).find((rounded) => {
      offsets[variable] = rounded;
      return holds();
    });
    offsets[variable] = fitting ?? exact;
  }
}

function solveComponent(
  component: readonly number[],
  out: readonly Constraint[][],
  into: readonly Constraint[][],
  weights: ArrayLike<number>,
  offsets: Float64Array,
): boolean {
  const candidates = [...component]
    .sort((a, b) => (weights[b] as number) - (weights[a] as number) || a - b)
    .slice(0, MOST_CANDIDATES);
  let best: Float64Array | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const pinned of candidates) {
    const tried = solveAround(pinned, component, out, into);
    if (tried === undefined) return false;
    const movement = component.reduce((sum, node) => sum + Math.abs(tried[node] as number), 0);
    if (movement < least) {
      least = movement;
      best = tried;
    }
  }
  if (best === undefined) return false;
  for (const node of component) offsets[node] = best[node] as number;
  return true;
}

/**
 * The solution that leaves one clock alone: others go back only as far as it forces them, and forward only as far as
 * anybody does.
 */
function solveAround(
  pinned: number,
  component: readonly number[],
  out: readonly Constraint[][],
  into: readonly Constraint[][],
): Float64Array | undefined {
  const size = out.length;
  const latest = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  latest[pinned] = 0;
  const back = relax(
    [pinned],
    component.length,
    (node) => into[node] as Constraint[],
    ({ from, to, atLeast }) => {
      const limit = (latest[to] as number) - atLeast;
      if (limit >= (latest[from] as number)) return undefined;
      latest[from] = limit;
      return from;
    },
  );
  if (!back) return undefined;
  const offsets = latest.map((limit) => Math.min(0, limit));
  const forward = relax(
    component,
    component.length,
    (node) => out[node] as Constraint[],
    ({ from, to, atLeast }) => {
      const least = (offsets[from] as number) + atLeast;
      if (least <= (offsets[to] as number)) return undefined;
      offsets[to] = least;
      return to;
    },
  );
  return forward ? offsets : undefined;
}

/** Follows constraints from node to node until nothing moves; false where that never ends. */
function relax(
  begin: readonly number[],
  size: number,
  constraintsOf: (node: number) => readonly Constraint[],
  move: (constraint: Constraint) => number | undefined,
): boolean {
  let round = new Set(begin);
  for (let rounds = 0; round.size > 0; rounds++) {
    if (rounds > size) return false;
    const next = new Set<number>();
    for (const node of round) {
      for (const constraint of constraintsOf(node)) {
        const moved = move(constraint);
        if (moved !== undefined) next.add(moved);
      }
    }
    round = next;
  }
  return true;
}

/** Of the constraints of a pair only the strictest matters. */
function strictestOf(size: number, constraints: readonly Constraint[]): Constraint[] {
  const byPair = new Map<number, Constraint>();
  for (const constraint of constraints) {
    const key = constraint.from * size + constraint.to;
    const known = byPair.get(key);
    if (known === undefined || constraint.atLeast > known.atLeast) byPair.set(key, constraint);
  }
  return [...byPair.values()];
}

function componentsOf(size: number, out: readonly Constraint[][], into: readonly Constraint[][]): number[][] {
  const seen = new Uint8Array(size);
  const components: number[][] = [];
  for (let node = 0; node < size; node++) {
    if (seen[node] === 1) continue;
    seen[node] = 1;
    const component = [node];
    for (let next = 0; next < component.length; next++) {
      const at = component[next] as number;
      for (const { from, to } of [...(out[at] as Constraint[]), ...(into[at] as Constraint[])]) {
        for (const other of [from, to]) {
          if (seen[other] === 1) continue;
          seen[other] = 1;
          component.push(other);
        }
      }
    }
    components.push(component);
  }
  return components;
}
