/**
 * What was stamped and not read, and what was named as a parent and not read.
 *
 * Guarantee: a tick between two that were seen (as an event, or in what somebody had heard) belongs to an event that
 * happened. Linear in events and vector entries.
 * Hazard: a process that dropped a trace and met it again goes on from a higher tick: that hole is nobody's event.
 */
import type { GraphParts } from '../graph/causal-graph.js';
import { MISSING, NONE } from '../events/event-table.js';
import type { Listed, MissingParent, MissingTicks } from './findings.js';
import type { RecordedSpan } from '../recorded.js';

export function findMissingTicks({ table, chains, logs }: GraphParts, limit: number): Listed<MissingTicks> {
  const lowest = new Float64Array(table.chains.length).fill(Number.POSITIVE_INFINITY);
  const highest = new Float64Array(table.chains.length);
  // A log is no event, but what it had heard of is.
  for (const { entryChain, entryCount } of [table, logs]) {
    for (let i = 0; i < entryChain.length; i++) {
      const chain = entryChain.values[i] as number;
      const count = entryCount.values[i] as number;
      if (count < (lowest[chain] as number)) lowest[chain] = count;
      if (count > (highest[chain] as number)) highest[chain] = count;
    }
  }
  const list: MissingTicks[] = [];
  let total = 0;
  table.chains.forEach((chain, c) => {
    if (chain.domain === NONE) return;
    const report = (from: number, to: number): void => {
      if (from > to) return;
      total += to - from + 1;
      if (list.length >= limit) return;
      list.push({
        kind: 'missing-ticks',
        node: chains.nodeNamed(c),
        domain: table.domains[chain.domain] as string,
        from,
        to,
        wholeNode: chain.from === chain.to,
      });
    };
    if (chain.from === chain.to) {
      report(lowest[c] as number, highest[c] as number);
      return;
    }
    let expected = Math.min(lowest[c] as number, table.tickAt(chain.from));
    for (let at = chain.from; at < chain.to; at++) {
      const tick = table.tickAt(at);
      report(expected, tick - 1);
      expected = tick + 1;
    }
    report(expected, highest[c] as number);
  });
  return { list, total };
}

export function findMissingParents({ table, views }: GraphParts, limit: number): Listed<MissingParent> {
  const list: MissingParent[] = [];
  let total = 0;
  for (let s = 0; s < table.spans.length; s++) {
    if (table.parent[s] !== MISSING) continue;
    total++;
    if (list.length >= limit) continue;
    const { parentSpanId } = table.spans[s] as RecordedSpan;
    list.push({ kind: 'missing-parent', span: views.span(s), parentSpanId: parentSpanId as string });
  }
  return { list, total };
}
