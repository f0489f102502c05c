/**
 * The ticks of each node, beside what its process noted: none twice, and none lost but where something excuses it. What
 * was stamped and not exported is known from the ledger, so that a hole has an exact size.
 */
import type { LedgerEntry } from '../ledger.js';
import { EVICTING } from '../slots.js';
import type { Findings, Tally } from './findings.js';
import type { RecordedTrace, TraceLane } from './recorded-trace.js';
import { RULE } from './rules.js';
import { eventKey, type StampsByEvent } from './span-events.js';

/** What is known of whole incarnations, trace by trace. */
export class IncarnationFacts {
  private readonly nodes = new Map<string, string>();
  private readonly byNode = new Map<string, string>();
  private readonly interrupted = new Map<string, number>();

  /** False where the incarnation was another node, or the node another incarnation. */
  isNode(incarnation: string, node: string): boolean {
    const [known, knownBy] = [this.nodes.get(incarnation) ?? node, this.byNode.get(node) ?? incarnation];
    this.nodes.set(incarnation, known);
    this.byNode.set(node, knownBy);
    return known === node && knownBy === incarnation;
  }

  /** A span ended and was not exported: how many there are now of the incarnation. */
  interrupt(incarnation: string): number {
    const count = (this.interrupted.get(incarnation) ?? 0) + 1;
    this.interrupted.set(incarnation, count);
    return count;
  }
}

export function checkTicks(
  trace: RecordedTrace,
  stamps: StampsByEvent,
  facts: IncarnationFacts,
  findings: Findings,
  tally: Tally,
): void {
  for (const lane of trace.lanes) {
    checkExports(trace.id, lane, facts, findings, tally);
    checkLane(trace.id, lane, stamps, facts, findings, tally);
  }
}

interface NotedSpan {
  readonly abandoned: boolean;
  ended: boolean;
}

function notedIn(ledger: readonly LedgerEntry[]): Map<string, NotedSpan> {
  const noted = new Map<string, NotedSpan>();
  for (const entry of ledger) {
    if (entry.kind === 'start') noted.set(entry.span, { abandoned: entry.abandoned === true, ended: false });
    const ending = entry.kind === 'end' ? noted.get(entry.span) : undefined;
    if (ending !== undefined) ending.ended = true;
  }
  return noted;
}

function checkExports(
  trace: string,
  { incarnation, ledger, spans }: TraceLane,
  facts: IncarnationFacts,
  findings: Findings,
  tally: Tally,
): void {
  const where = (span: string): string => `${incarnation.id}, trace ${trace}, span ${span}`;
  const noted = notedIn(ledger);
  const exported = new Set<string>();
  for (const { spanId } of spans) {
    if (exported.has(spanId) || noted.get(spanId)?.ended !== true) findings.add(RULE.exported, where(spanId));
    exported.add(spanId);
  }
  for (const [span, { abandoned, ended }] of noted) {
    if (exported.has(span) || abandoned) continue;
    const killed = incarnation.ended === 'killed';
    if (killed) tally.lostSpans++;
    if (!ended && !killed) findings.add(RULE.ended, where(span));
    // The kill may have come between the end and its export, once.
    if (ended && !(killed && facts.interrupt(incarnation.id) === 1)) findings.add(RULE.exported, where(span));
  }
}

function checkLane(
  trace: string,
  { incarnation, ledger, spans }: TraceLane,
  stamps: StampsByEvent,
  facts: IncarnationFacts,
  findings: Findings,
  tally: Tally,
): void {
  const exported = new Set(spans.map(({ spanId }) => spanId));
  const started = new Set<string>();
  let last: number | undefined;
  // Events that were noted since the last stamp and are on no exported span: surely and perhaps stamped.
  let [surely, perhaps] = [0, 0];
  for (const entry of ledger) {
    if (entry.kind !== 'start' && entry.kind !== 'end' && entry.kind !== 'reply') continue;
    if (entry.kind === 'start') started.add(entry.span);
    const stamp = stamps.get(eventKey(entry.span, entry.kind));
    if (stamp === undefined) {
      if (exported.has(entry.span) || !started.has(entry.span)) continue;
      if (entry.kind === 'start') surely++;
      else perhaps++;
      continue;
    }
    const where = `${incarnation.id}, trace ${trace}: tick ${stamp.tick} at the ${entry.kind} of ${entry.span}`;
    if (!facts.isNode(incarnation.id, stamp.node)) findings.add(RULE.oneNode, `${where}, of ${stamp.node}`);
    if (last !== undefined) {
      const step = stamp.tick - last;
      const isHole = step < 1 + surely || step > 1 + surely + perhaps;
      const wasDropped = isHole && step > 1 + surely && EVICTING.has(incarnation.slot) && stamp.incomplete;
      if (wasDropped) tally.dropsSeen++;
      if (step < 1) findings.add(RULE.ticksOnce, `${where} after ${last}`);
      else if (isHole && !wasDropped) findings.add(RULE.noHole, `${where} after ${last}, ${surely} between`);
    }
    last = stamp.tick;
    [surely, perhaps] = [0, 0];
  }
}
