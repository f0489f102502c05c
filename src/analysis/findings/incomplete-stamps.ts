/**
 * Where stamps became incomplete, and why, as far as the whole trace tells.
 *
 * Guarantee: `since` is the node's first incomplete span of the domain; everything of the node after it is incomplete
 * too.
 * Hazard: the reason is a likely one. The process knew it (`clock.counters`), the span does not say it.
 */
import type { GraphParts } from '../graph/causal-graph.js';
import { type Chain, END, type EventTable, NONE, REPLY, STAMPED, START, vectorOf } from '../events/event-table.js';
import type { Incomplete, IncompleteCause, Listed } from './findings.js';
import type { RecordedSpan } from '../recorded.js';

export function findIncomplete(parts: GraphParts, limit: number): Listed<Incomplete> {
  const { table, views, chains, groups, happened } = parts;
  const list: Incomplete[] = [];
  let total = 0;
  table.chains.forEach((chain, c) => {
    if (chain.domain === NONE) return;
    const spans: number[] = [];
    for (let at = chain.from; at < chain.to; at++) {
      const event = table.chainEvents[at] as number;
      if (event % 3 === START && table.isDoubtful(Math.floor(event / 3))) spans.push(Math.floor(event / 3));
    }
    const [since] = spans;
    if (since === undefined) return;
    total += spans.length;
    if (list.length >= limit) return;
    const resolved = happened.hidden.explain(groups.of(table.trace[since] as number));
    const node = chains.nodeNamed(c);
    list.push({
      kind: 'incomplete',
      node,
      domain: table.domains[chain.domain] as string,
      since: views.span(since),
      spans: spans.length,
      likely: likelyCause(parts, chain, since),
      resolved,
      consequence: resolved
        ? 'none: the whole trace shows that nothing recorded was hidden'
        : `where no path orders ${spans.length === 1 ? 'this span' : `these ${spans.length} spans`} of ${node} with another, the answer is unknown`,
    });
  });
  return { list, total };
}

function likelyCause(parts: GraphParts, chain: Chain, span: number): IncompleteCause {
  const { table, predecessors } = parts;
  if (!table.isToldIncomplete(span)) return 'vector-cut';
  const { kind } = table.spans[span] as RecordedSpan;
  const parent = table.parent[span] as number;
  const isEntry = kind === 'server' || kind === 'consumer';
  if (isEntry && parent !== NONE) {
    const isStamped = parent >= 0 && ((table.flags[parent] as number) & STAMPED) !== 0;
    if (!isStamped || !predecessors.hasHeard(3 * span, 3 * parent)) return 'plain-hop';
  }
  if (missesReply(parts, chain, span)) return 'reply-without-stamp';
  if (heardOfIncomplete(table, chain, span)) return 'told-by-another';
  if ((table.vectorSize[2 * span + 1] as number) >= 60) return 'vector-cut';
  return table.exists(3 * span + REPLY) ? 'open-body' : 'unexplained';
}

/** A client span of the node, begun before this one was over, whose reply no stamp shows. */
function missesReply({ table, predecessors }: GraphParts, chain: Chain, span: number): boolean {
  const until = table.isStamped(3 * span + END)
    ? (table.position[3 * span + END] as number)
    : chain.to - chain.from - 1;
  for (let at = 0; at <= until; at++) {
    const event = table.chainEvents[chain.from + at] as number;
    const client = Math.floor(event / 3);
    if (event % 3 !== START || table.spans[client]?.kind !== 'client') continue;
    let heard = false;
    predecessors.visitReplies(3 * client + END, {
      event: () => {
        heard = true;
      },
    });
    if (!heard) return true;
  }
  return false;
}

function heardOfIncomplete(table: EventTable, own: Chain, span: number): boolean {
  const vector = vectorOf(3 * span + END);
  const from = table.vectorAt[vector] as number;
  for (let i = from; i < from + (table.vectorSize[vector] as number); i++) {
    const chain = table.chains[table.entryChain.values[i] as number] as Chain;
    if (chain === own) continue;
    const count = table.countUpTo(chain, table.entryCount.values[i] as number);
    for (let at = 0; at < count; at++) {
      const other = Math.floor((table.chainEvents[chain.from + at] as number) / 3);
      if (table.isToldIncomplete(other)) return true;
    }
  }
  return false;
}
