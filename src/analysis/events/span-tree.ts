/**
 * Who is whose parent: ids to indices, links to indices, children, and an order in which parents come first.
 *
 * Guarantee: every span is in the order exactly once, whatever the ids say: a circle of parents is cut at its first
 * span. Linear in spans and links.
 */
import { type EventTable, MISSING, NONE } from './event-table.js';
import type { SpanIndex } from './span-index.js';
import type { RecordedSpan } from '../recorded.js';

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
