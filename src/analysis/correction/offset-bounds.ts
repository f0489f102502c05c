/**
 * Difference constraints `offset[to] - offset[from] >= atLeast` that are taken up one by one, over variables that can
 * be split.
 *
 * Guarantee: {@link OffsetBounds.take} is exact: false, and nothing has changed, where the constraint and those before
 * it form a circle that asks for more than nothing. Whatever was done since {@link OffsetBounds.begin} can be taken
 * back, at the cost of what was done.
 * Hazard: the offsets satisfy what was taken up and are none that anybody wants: they are only ever raised.
 */

export class OffsetBounds {
  /** Constraints followed so far: what all this costs. */
  work = 0;
  private readonly offsets: number[] = [];
  /** By variable: to which others a constraint leads, and the strictest of each pair. */
  private readonly out: Map<number, number>[] = [];
  private readonly into: Set<number>[] = [];
  private readonly isQueued: boolean[] = [];
  /** What was there before each change since `begin`. */
  private undo: (() => void)[] | undefined = undefined;

  constructor(variables: number) {
    for (let i = 0; i < variables; i++) this.add(0);
  }

  /** Another variable, which stands where one of the others does. */
  addLike(variable: number): number {
    this.undo?.push(() => {
      this.offsets.pop();
      this.out.pop();
      this.into.pop();
      this.isQueued.pop();
    });
    return this.add(this.offsets[variable] as number);
  }

  /** Takes a constraint up; false where it cannot be, beside those before it. */
  take(from: number, to: number, atLeast: number): boolean {
    this.work++;
    if (from === to) return atLeast <= 0;
    if (!this.holds(from, to, atLeast) && !this.raiseFrom(from, to, atLeast)) return false;
    this.link(from, to, atLeast);
    return true;
  }

  /** Remembers a constraint that holds. */
  link(from: number, to: number, atLeast: number): void {
    this.work++;
    const known = this.out[from]?.get(to);
    if (from !== to && (known === undefined || known < atLeast)) this.setPair(from, to, atLeast);
  }

  /** Forgets all constraints of a variable. */
  unlink(variable: number): void {
    for (const to of (this.out[variable] as Map<number, number>).keys()) this.setPair(variable, to, undefined);
    for (const from of this.into[variable] as Set<number>) this.setPair(from, variable, undefined);
  }

  /** From here on changes can be taken back. */
  begin(): void {
    this.undo = [];
  }

  takeBack(): void {
    const undo = this.undo ?? [];
    this.undo = undefined;
    for (let i = undo.length - 1; i >= 0; i--) undo[i]?.();
  }

  private add(offset: number): number {
    this.out.push(new Map());
    this.into.push(new Set());
    this.isQueued.push(false);
    return this.offsets.push(offset) - 1;
  }

  private holds(from: number, to: number, atLeast: number): boolean {
    return (this.offsets[to] as number) - (this.offsets[from] as number) >= atLeast;
  }

  /** Raises an offset and whatever that forces; false, and nothing has moved, where that comes back to the cause. */
  private raiseFrom(from: number, to: number, atLeast: number): boolean {
    const { offsets, isQueued } = this;
    const before = new Map<number, number>();
    const queue: number[] = [];
    const raise = (variable: number, offset: number): void => {
      if (!before.has(variable)) before.set(variable, offsets[variable] as number);
      offsets[variable] = offset;
      if (isQueued[variable] === true) return;
      isQueued[variable] = true;
      queue.push(variable);
    };
    let isPossible = true;
    raise(to, (offsets[from] as number) + atLeast);
    for (let at = 0; at < queue.length; at++) {
      const variable = queue[at] as number;
      isQueued[variable] = false;
      if (!isPossible) continue;
      for (const [next, least] of this.out[variable] as Map<number, number>) {
        this.work++;
        if (this.holds(variable, next, least)) continue;
        if (next === from) isPossible = false;
        else raise(next, (offsets[variable] as number) + least);
      }
    }
    const back = (): void => {
      for (const [variable, offset] of before) offsets[variable] = offset;
    };
    if (!isPossible) back();
    else this.undo?.push(back);
    return isPossible;
  }

  /** Sets the strictest constraint of a pair, or takes it away. */
  private setPair(from: number, to: number, atLeast: number | undefined): void {
    this.work++;
    const out = this.out[from] as Map<number, number>;
    const known = out.get(to);
    if (atLeast === undefined) {
      out.delete(to);
      this.into[to]?.delete(from);
    } else {
      out.set(to, atLeast);
      this.into[to]?.add(from);
    }
    this.undo?.push(() => this.setPair(from, to, known));
  }
}
