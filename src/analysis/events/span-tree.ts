/**
 * Who is whose parent: ids to indices, links to indices, children, and an order in which parents come first.
 *
 * Guarantee: every span is in the order exactly once, whatever the ids say: a circle of parents is cut at its first
 * span. Linear in spans and links.
 */
import { type EventTable, MISSING, NONE } from './event-table.js';
import { PairIndex } from './pair-index.js';
import type { RecordedSpan } from '../recorded.js';

/** Finds spans by trace and span id, and leaves out those that were read twice. */
export class SpanIndex {
  readonly spans: RecordedSpan[] = [];
  readonly trace: number[] = [];
  duplicates = 0;
  private readonly traces = new Map<string, number>();
  /** By the 64 bits of the span id. */
  private readonly firstWithId = new PairIndex();
  /**
   * Span ids are drawn at random, so two spans rarely share one. Those that do are found by trace and id here, and told
   * apart from one that was read before: a list of them would be walked for each, if somebody gave all the same.
   */
  private readonly laterWithId = new Map<string, number>();
  private readonly laterSpans = new Set<string>();

  get traceCount(): number {
    return this.traces.size;
  }

  /** The number of a trace, which is made where it has none. */
  traceOf(traceId: string): number {
    let trace = this.traces.get(traceId);
    if (trace === undefined) {
      trace = this.traces.size;
      this.traces.set(traceId, trace);
    }
    return trace;
  }

  add(span: RecordedSpan): void {
    const trace = this.traceOf(span.traceId);
    const [high, low] = [bitsOf(span.spanId, 0), bitsOf(span.spanId, 8)];
    const first = this.firstWithId.get(high, low);
    const index = this.spans.length;
    if (first < 0) this.firstWithId.set(high, low, index);
    else if (!this.addLater(span, trace, first, index)) return;
    this.spans.push(span);
    this.trace.push(trace);
  }

  find(traceId: string, spanId: string): number | undefined {
    const trace = this.traces.get(traceId);
    if (trace === undefined) return undefined;
    const first = this.firstWithId.get(bitsOf(spanId, 0), bitsOf(spanId, 8));
    if (first < 0) return undefined;
    return this.isThat(first, trace, spanId) ? first : this.laterWithId.get(`${trace} ${spanId}`);
  }

  /** A span whose id is another's as well. False where it was read before. */
  private addLater(span: RecordedSpan, trace: number, first: number, index: number): boolean {
    const { spanId, kind, service, startNanos } = span;
    const isFirst = this.isThat(first, trace, spanId);
    const name = `${trace} ${spanId}`;
    const whole = `${name} ${kind} ${startNanos} ${service}`;
    if ((isFirst && isSame(this.spans[first] as RecordedSpan, span)) || this.laterSpans.has(whole)) {
      this.duplicates++;
      return false;
    }
    this.laterSpans.add(whole);
    if (!isFirst && !this.laterWithId.has(name)) this.laterWithId.set(name, index);
    return true;
  }

  private isThat(index: number, trace: number, spanId: string): boolean {
    return this.trace[index] === trace && (this.spans[index] as RecordedSpan).spanId === spanId;
  }
}

/** Eight hexadecimal digits as an integer; anything else as some integer: ids are compared in the end. */
function bitsOf(id: string, from: number): number {
  let bits = 0;
  for (let i = from; i < from + 8; i++) {
    const code = id.charCodeAt(i);
    bits = (bits << 4) | ((code & 15) + (code >> 6) * 9);
  }
  return bits;
}

/** An exporter that tries again sends the very same span; two sides of a shared id differ in kind or service. */
function isSame(a: RecordedSpan, b: RecordedSpan): boolean {
  return a.spanId === b.spanId && a.kind === b.kind && a.service === b.service && a.startNanos === b.startNanos;
}

/** Fills the columns of parents, children, links and the order of the tree. */
export function linkSpans(table: EventTable, index: SpanIndex): void {
  const { spans, parent, links } = table;
  for (let s = 0; s < spans.length; s++) {
    const span = spans[s] as RecordedSpan;
    table.trace[s] = index.trace[s] as number;
    if (span.parentSpanId !== undefined) {
      const found = index.find(span.traceId, span.parentSpanId);
      parent[s] = found === undefined ? MISSING : found === s ? NONE : found;
    }
    if (span.links.length > 0) {
      const linked = span.links.map((link) => index.find(link.traceId, link.spanId) ?? NONE);
      const read = [...new Set(linked)].filter((at) => at !== NONE && at !== s);
      if (read.length > 0) links.set(s, read);
    }
  }
  countChildren(table);
  orderTree(table);
}

/** Fills the columns of children from that of parents. */
export function countChildren({ spans, parent, childAt, children }: EventTable): void {
  const n = spans.length;
  childAt.fill(0);
  for (let s = 0; s < n; s++) {
    const p = parent[s] as number;
    if (p >= 0) childAt[p + 1] = (childAt[p + 1] as number) + 1;
  }
  for (let s = 0; s < n; s++) childAt[s + 1] = (childAt[s + 1] as number) + (childAt[s] as number);
  const next = childAt.slice();
  for (let s = 0; s < n; s++) {
    const p = parent[s] as number;
    if (p >= 0) {
      children[next[p] as number] = s;
      next[p] = (next[p] as number) + 1;
    }
  }
}

function orderTree(table: EventTable): void {
  const { spans, parent, childAt, children, treeOrder } = table;
  const placed = new Uint8Array(spans.length);
  let length = 0;
  const placeFrom = (root: number): void => {
    let next = length;
    treeOrder[length++] = root;
    placed[root] = 1;
    while (next < length) {
      const s = treeOrder[next++] as number;
      for (let i = childAt[s] as number; i < (childAt[s + 1] as number); i++) {
        const child = children[i] as number;
        if (placed[child] === 1) continue;
        placed[child] = 1;
        treeOrder[length++] = child;
      }
    }
  };
  for (let s = 0; s < spans.length; s++) if ((parent[s] as number) < 0) placeFrom(s);
  if (length === spans.length) return;
  for (let s = 0; s < spans.length; s++) {
    if (placed[s] === 1) continue;
    // Only in a circle can a span be left over: it loses its parent.
    parent[s] = NONE;
    placeFrom(s);
  }
  countChildren(table);
}
