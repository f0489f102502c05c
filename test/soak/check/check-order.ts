/**
 * Every pair of a trace's stamps, held against what really happened. *unknown* is an answer; any other must be true.
 */
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import type { CausalEvent } from '../../../src/analysis/graph/graph-model.js';
import { compareStamps, type StampRelation } from '../../../src/clocks/stamp.js';
import type { EventStamp } from '../../../src/codec/span-stamps.js';
import { traceOfMessage } from '../ledger.js';
import { CALM_SLOTS } from '../slots.js';
import type { Findings, Tally } from './findings.js';
import type { RecordedTrace } from './recorded-trace.js';
import { RULE } from './rules.js';
import { eventKey, isBeyondLamport, type StampsByEvent } from './span-events.js';
import { type TrueEvent, Truth } from './truth.js';

interface StampedEvent {
  readonly event: TrueEvent;
  readonly stamp: EventStamp;
  /** As the analysis knows it. */
  readonly analysed: CausalEvent | undefined;
}

export function checkOrder(trace: RecordedTrace, stamps: StampsByEvent, findings: Findings, tally: Tally): void {
  const truth = new Truth(trace);
  const graph = CausalGraph.of(trace.lanes.flatMap(({ spans }) => spans));
  const analysed = new Map(graph.events.map((event) => [eventKey(event.span.recorded.spanId, event.kind), event]));
  const stamped = truth.events.flatMap((event): StampedEvent[] => {
    const key = eventKey(event.span, event.kind);
    const stamp = stamps.get(key);
    return stamp === undefined ? [] : [{ event, stamp, analysed: analysed.get(key) }];
  });
  const pairs = { trace: trace.id, truth, graph, calm: isCalm(trace), findings, tally };
  for (const [later, b] of stamped.entries()) {
    for (const a of stamped.slice(0, later)) checkPair(pairs, a, b);
  }
}

interface Pairs {
  readonly trace: string;
  readonly truth: Truth;
  readonly graph: CausalGraph;
  readonly calm: boolean;
  readonly findings: Findings;
  readonly tally: Tally;
}

function checkPair(pairs: Pairs, a: StampedEvent, b: StampedEvent): void {
  const { findings, tally, truth } = pairs;
  const answer = compareStamps(a.stamp, b.stamp);
  const pair = (): string => `trace ${pairs.trace}: ${shown(a)} is said to be ${answer} ${shown(b)}`;
  // Nobody tells a reply's vector, so what it had heard is known from below only.
  const calm = pairs.calm && a.event.kind !== 'reply' && b.event.kind !== 'reply';
  if (calm) tally.calmPairs++;
  switch (answer) {
    case 'equal':
      findings.add(RULE.equal, pair());
      break;
    case 'before':
    case 'after': {
      tally.before++;
      const [cause, effect] = answer === 'before' ? [a, b] : [b, a];
      if (!truth.happened(cause.event, effect.event)) findings.add(RULE.before, pair());
      else checkTimes(cause.stamp, effect.stamp, pair, findings);
      break;
    }
    case 'concurrent':
      tally.concurrent++;
      if (isOrdered(truth, a.event, b.event)) findings.add(RULE.concurrent, pair());
      break;
    case 'unknown':
      tally.unknown++;
      if (calm) {
        tally.calmUnknown++;
        findings.add(RULE.known, pair());
      }
      checkAnalysis(pairs, a, b);
  }
}

function isOrdered(truth: Truth, a: TrueEvent, b: TrueEvent): boolean {
  return truth.isPromised(a, b) || truth.isPromised(b, a);
}

function checkTimes(cause: EventStamp, effect: EventStamp, pair: () => string, findings: Findings): void {
  if (cause.lamport >= effect.lamport && !isBeyondLamport(cause, effect)) findings.add(RULE.lamport, pair());
  if (effect.hlcUnordered || cause.hlc === undefined || effect.hlc === undefined) return;
  if (cause.hlc.compare(effect.hlc) >= 0) findings.add(RULE.hybrid, pair());
}

/** What stamps leave unknown, the analysis may know from the rest of the trace. */
function checkAnalysis({ trace, graph, truth, findings, tally }: Pairs, a: StampedEvent, b: StampedEvent): void {
  if (a.analysed === undefined || b.analysed === undefined) return;
  const answer = graph.relation(a.analysed, b.analysed);
  if (answer === 'unknown') return;
  tally.analysed++;
  if (!isTrue(answer, truth, a.event, b.event)) {
    findings.add(RULE.analysis, `trace ${trace}: ${shown(a)} is said to be ${answer} ${shown(b)}`);
  }
}

function isTrue(answer: StampRelation, truth: Truth, a: TrueEvent, b: TrueEvent): boolean {
  if (answer === 'before') return truth.happened(a, b);
  if (answer === 'after') return truth.happened(b, a);
  return answer === 'concurrent' && !isOrdered(truth, a, b);
}

/**
 * Nothing was lost or spoilt, no process took part that drops traces while they go on, and neither a link nor a request that
 * lost its trace context leads to another trace, whose Lamport time may have been forged to its limit: times do cross.
 */
function isCalm({ id, lanes }: RecordedTrace): boolean {
  return lanes.every(({ incarnation, ledger, spans }) => {
    const count = (kind: string): number => ledger.filter((entry) => entry.kind === kind).length;
    const started = new Set(ledger.flatMap((entry) => (entry.kind === 'start' ? [entry.span] : [])));
    return (
      CALM_SLOTS.some((slot) => slot === incarnation.slot) &&
      count('fault') + count('reply fault') + count('replied') === 0 &&
      count('send') === count('heard') &&
      count('start') === spans.length &&
      spans.every(({ links }) => links.length === 0) &&
      ledger.every((entry) => entry.kind !== 'reply' || started.has(entry.span)) &&
      ledger.every((entry) => !('heard' in entry) || traceOfMessage(entry.heard) === id)
    );
  });
}

function shown({ event, stamp }: StampedEvent): string {
  const flag = stamp.incomplete ? ', incomplete' : '';
  return `the ${event.kind} of ${event.span} by ${event.incarnation.id} (tick ${stamp.tick}, ${stamp.vector.toString()}${flag})`;
}
