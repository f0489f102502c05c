/**
 * What was stamped twice with one number: two processes with one identity, or a forgery.
 *
 * Guarantee: every event of the number is named. Linear in events.
 */
import type { GraphParts } from '../graph/causal-graph.js';
import type { IdentityClash, Listed } from './findings.js';

export function findIdentityClashes({ table, views, chains }: GraphParts, limit: number): Listed<IdentityClash> {
  const list: IdentityClash[] = [];
  let total = 0;
  table.chains.forEach((chain, c) => {
    if (chain.clashTick === Number.POSITIVE_INFINITY) return;
    for (let at = chain.from; at < chain.to; ) {
      const tick = table.tickAt(at);
      let after = at + 1;
      while (after < chain.to && table.tickAt(after) === tick) after++;
      if (after - at > 1) {
        total++;
        if (list.length < limit) {
          list.push({
            kind: 'identity-clash',
            node: chains.nodeNamed(c),
            domain: table.domains[chain.domain] as string,
            tick,
            events: Array.from(table.chainEvents.subarray(at, after), (event) => views.event(event)),
          });
        }
      }
      at = after;
    }
  });
  return { list, total };
}
