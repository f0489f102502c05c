/**
 * The explicit happens-before graph of a history, and what each write had seen of its key.
 *
 * Every request is two events, its invocation and its response. The edges are the ones that information took: from an
 * invocation to its response, from a response to the next invocation of the same session (where the token went with
 * it), and from a write's invocation to every response that showed it. Reachability is kept as one bit set for each
 * event, filled in topological order, so that every question is one look.
 * Hazard: a write whose outcome nobody heard has no edge to what its session did next: its client learnt nothing.
 */
import type { HistoryRecord } from './history.js';

export class HappensBefore {
  readonly records: readonly HistoryRecord[];
  /** Requests on a circle of the graph: something was seen before it was caused. Empty in every possible world. */
  readonly circular: readonly HistoryRecord[];
  private readonly indexOf = new Map<string, number>();
  /** For event e (2i the invocation, 2i+1 the response of record i) the events before it. */
  private readonly past: Uint32Array[] = [];
  private readonly sawOf = new Map<string, ReadonlySet<string>>();

  constructor(records: readonly HistoryRecord[]) {
    this.records = records;
    records.forEach(({ id }, i) => {
      if (this.indexOf.has(id)) throw new Error(`the history holds two requests ${id}`);
      this.indexOf.set(id, i);
    });
    this.circular = this.fill(this.edges());
  }

  record(id: string): HistoryRecord | undefined {
    const index = this.indexOf.get(id);
    return index === undefined ? undefined : this.records[index];
  }

  /** Whether the write's invocation lies in the past of the other's invocation. */
  beforeInvocation(write: HistoryRecord, other: HistoryRecord): boolean {
    return this.has(this.event(other), this.event(write));
  }

  /** Whether the write's invocation lies in the past of the other's response, which includes what it shows. */
  beforeResponse(write: HistoryRecord, other: HistoryRecord): boolean {
    return this.has(this.event(other) + 1, this.event(write));
  }

  /** Whether the writer of `later` had heard of `earlier`'s reply, or it is the same session's reply. */
  replyBefore(earlier: HistoryRecord, later: HistoryRecord): boolean {
    return this.has(this.event(later), this.event(earlier) + 1);
  }

  /**
   * The writes of the same key that a write replaced: what the replies that it named had shown, and what those had
   * replaced in turn. This is what the store was told, not what it did.
   */
  saw(write: HistoryRecord): ReadonlySet<string> {
    const known = this.sawOf.get(write.id);
    if (known !== undefined) return known;
    const saw = new Set<string>();
    // Before it is complete, so that a circle (reported elsewhere) ends.
    this.sawOf.set(write.id, saw);
    for (const reply of write.sawRepliesOf) {
      for (const { request } of this.record(reply)?.shown ?? []) {
        saw.add(request);
        const seen = this.record(request);
        if (seen !== undefined && seen !== write) for (const older of this.saw(seen)) saw.add(older);
      }
    }
    return saw;
  }

  private event({ id }: HistoryRecord): number {
    return 2 * (this.indexOf.get(id) as number);
  }

  private has(event: number, cause: number): boolean {
    return (((this.past[event] as Uint32Array)[cause >>> 5] as number) & (1 << (cause & 31))) !== 0;
  }

  private edges(): number[][] {
    const into: number[][] = this.records.flatMap(() => [[], []]);
    const lastReply = new Map<string, number>();
    this.records.forEach((record, i) => {
      into[2 * i + 1]?.push(2 * i);
      const before = lastReply.get(record.session);
      if (record.inSession && before !== undefined) into[2 * i]?.push(before);
      if (record.outcome === 'ok') {
        lastReply.set(record.session, 2 * i + 1);
        for (const { request } of record.shown) {
          const write = this.indexOf.get(request);
          if (write !== undefined) into[2 * i + 1]?.push(2 * write);
        }
      }
    });
    return into;
  }

  /** Kahn's algorithm; what it never reaches lies on a circle or behind one. */
  private fill(into: readonly (readonly number[])[]): HistoryRecord[] {
    const words = (into.length + 31) >>> 5;
    const out: number[][] = into.map(() => []);
    const waiting = into.map((causes) => causes.length);
    into.forEach((causes, event) => {
      this.past.push(new Uint32Array(words));
      for (const cause of causes) out[cause]?.push(event);
    });
    const ready = waiting.flatMap((count, event) => (count === 0 ? [event] : []));
    for (let event = ready.pop(); event !== undefined; event = ready.pop()) {
      waiting[event] = -1;
      for (const effect of out[event] as number[]) {
        const target = this.past[effect] as Uint32Array;
        const source = this.past[event] as Uint32Array;
        for (let w = 0; w < words; w++) target[w] = (target[w] as number) | (source[w] as number);
        target[event >>> 5] = (target[event >>> 5] as number) | (1 << (event & 31));
        waiting[effect] = (waiting[effect] as number) - 1;
        if (waiting[effect] === 0) ready.push(effect);
      }
    }
    return this.records.filter((_, i) => (waiting[2 * i] as number) > 0 || (waiting[2 * i + 1] as number) > 0);
  }
}
