/**
 * Accesses of one resource that nothing orders.
 *
 * Two accesses are ordered when one was over before the other began; a span inside another is a part of it. In process
 * order all that one process did in one trace is ordered as it happened there: two branches of one process race only
 * where they overlapped. `order: 'flow'` finds those that this run happened to serialize.
 *
 * Guarantee: every pair whose order stamps (or, in flow order, the span tree) disprove is found, and no other. Each
 * access is compared with the last ones of each node: linear in accesses times nodes of the resource, plus the races
 * themselves.
 */
import { accessOf } from './accesses.js';
import type { GraphParts } from '../graph/causal-graph.js';
import { type Chain, type EventTable, NONE } from '../events/event-table.js';
import type { Access, Race } from './findings.js';
import type { RecordedSpan } from '../recorded.js';

/**
 * Most pairs of accesses that are compared for one resource in one domain. Accesses that are in order are not compared
 * one by one, so only a resource where hundreds of accesses race with each other comes here: more pairs of it say no
 * more.
 */
export const RACE_COMPARISONS = 200_000;

export interface FoundRaces {
  readonly races: readonly Race[];
  readonly total: number;
  /** Resources of which not all pairs were compared. */
  readonly truncated: readonly string[];
  readonly undecided: number;
}

/** Accesses of one resource in one domain (in flow order: in one group of traces). */
interface Contest {
  readonly resource: string;
  readonly spans: number[];
  readonly writes: Set<number>;
}

/** What one node did to the resource so far, by the tick at which each was over. */
interface Done {
  readonly reads: number[];
  readonly writes: number[];
}

export function findRaces(parts: GraphParts, limit: number): FoundRaces {
  const search = new RaceSearch(parts, limit);
  for (const contest of contests(parts)) {
    if (contest.writes.size === 0 || contest.spans.length < 2) continue;
    if (parts.predecessors.order === 'flow') search.inFlow(contest);
    else search.inProcess(contest);
  }
  return search;
}

function contests({ table, predecessors, groups }: GraphParts): Iterable<Contest> {
  const byKey = new Map<string, Contest>();
  const isFlow = predecessors.order === 'flow';
  for (let s = 0; s < table.spans.length; s++) {
    const found = accessOf((table.spans[s] as RecordedSpan).attributes);
    if (found === undefined) continue;
    const domain = isFlow ? groups.of(table.trace[s] as number) : table.domainOf(3 * s);
    // Nothing is ever known to be concurrent with an event that has no stamp.
    if (domain === NONE || !(isFlow || table.isStamped(table.effectiveEnd(s)))) continue;
    const key = `${domain} ${found.resource}`;
    let contest = byKey.get(key);
    if (contest === undefined) byKey.set(key, (contest = { resource: found.resource, spans: [], writes: new Set() }));
    contest.spans.push(s);
    if (found.isWrite) contest.writes.add(s);
  }
  return byKey.values();
}

class RaceSearch implements FoundRaces {
  readonly races: Race[] = [];
  total = 0;
  readonly truncated: string[] = [];
  undecided = 0;

  constructor(
    private readonly parts: GraphParts,
    private readonly limit: number,
  ) {}

  inFlow({ resource, spans, writes }: Contest): void {
    let compared = 0;
    for (let i = 0; i < spans.length; i++) {
      for (let j = 0; j < i; j++) {
        if (++compared > RACE_COMPARISONS) return this.giveUp(resource);
        const [x, y] = [spans[j] as number, spans[i] as number];
        if (writes.has(x) || writes.has(y)) this.judge(resource, x, y, writes);
      }
    }
  }

  inProcess({ resource, spans, writes }: Contest): void {
    const { table } = this.parts;
    const startOf = (span: number): number => table.lamport[3 * span] as number;
    spans.sort((a, b) => startOf(a) - startOf(b) || a - b);
    const done = new Map<number, Done>();
    let compared = 0;
    for (const y of spans) {
      const isWrite = writes.has(y);
      for (const [chain, before] of done) {
        const heard = table.heard(3 * y, chain);
        for (const list of isWrite ? [before.writes, before.reads] : [before.writes]) {
          for (let i = list.length - 1; i >= 0; i--) {
            const x = list[i] as number;
            if (this.overAt(x) <= heard && !this.isAmbiguous(chain, x)) break;
            if (++compared > RACE_COMPARISONS) return this.giveUp(resource);
            this.judge(resource, x, y, writes);
          }
        }
      }
      const chain = table.chain[3 * y] as number;
      let mine = done.get(chain);
      if (mine === undefined) done.set(chain, (mine = { reads: [], writes: [] }));
      this.insert(isWrite ? mine.writes : mine.reads, y);
    }
  }

  private giveUp(resource: string): void {
    if (!this.truncated.includes(resource)) this.truncated.push(resource);
  }

  private insert(list: number[], span: number): void {
    let at = list.length;
    while (at > 0 && this.overAt(list[at - 1] as number) > this.overAt(span)) at--;
    list.splice(at, 0, span);
  }

  private overAt(span: number): number {
    const { table } = this.parts;
    return table.tick[table.effectiveEnd(span)] as number;
  }

  private isAmbiguous(chain: number, span: number): boolean {
    return (this.parts.table.chains[chain] as Chain).clashTick <= this.overAt(span);
  }

  private judge(resource: string, x: number, y: number, writes: ReadonlySet<number>): void {
    const { table } = this.parts;
    if (isInside(table, x, y) || isInside(table, y, x)) return;
    const there = this.isOver(x, y);
    if (there === true) return;
    const back = this.isOver(y, x);
    if (back === true) return;
    if (there === undefined || back === undefined) {
      this.undecided++;
      return;
    }
    this.total++;
    if (this.races.length >= this.limit) return;
    const accessAt = (span: number): Access => ({
      span: this.parts.views.span(span),
      resource,
      access: writes.has(span) ? 'write' : 'read',
    });
    this.races.push({ kind: 'race', resource, first: accessAt(x), second: accessAt(y) });
  }

  /** Whether one access was over before the other began. */
  private isOver(x: number, y: number): boolean | undefined {
    const { table, predecessors, groups, happened } = this.parts;
    const over = table.effectiveEnd(x);
    const areComplete = !table.isDoubtful(x) && !table.isDoubtful(y);
    if (areComplete && predecessors.order === 'process' && groups.isPure(groups.ofEvent(over))) {
      return predecessors.hasHeard(3 * y, over);
    }
    return happened.ask(over, 3 * y);
  }
}

/** True when `inner` is a descendant of `outer`. */
function isInside({ parent, lamport }: EventTable, inner: number, outer: number): boolean {
  const earliest = lamport[3 * outer] as number;
  for (let at = parent[inner] as number; at >= 0; at = parent[at] as number) {
    if (at === outer) return true;
    if ((lamport[3 * at] as number) < earliest) return false;
  }
  return false;
}
