/**
 * One trace as a story: its events in causal order, each with what led to it and what is wrong with it. The text
 * and the JSON of `order` tell this story.
 *
 * Guarantee: no row comes before a cause of its own. Stories come in the order in which their traces were read.
 * Logs stand behind the event that comes before them; they have no number.
 * Hazard: a cause in another trace (a link, or process scope) is named, but has no row here.
 */
import type { CausalGraph } from '../graph/causal-graph.js';
import type { Anomalies, Inversion, MissingTicks, Race, Skew } from '../findings/findings.js';
import type { CausalEdge, CausalEvent, CausalLog, CausalMoment, CausalNode } from '../graph/graph-model.js';
import { addTo } from '../multimap.js';

export interface StoryRow {
  /** Place in the causal order of the trace, from 1. */
  readonly number: number;
  readonly event: CausalEvent;
  /**
   * What led here from elsewhere: messages, replies and links. The same process's sequence is the order of its lane.
   */
  readonly causes: readonly CausalEdge[];
  /** The cause that wall time misplaces most, where one is. */
  readonly inversion: Inversion | undefined;
  /** Numbers of the races that this event's span takes part in; told at its start. */
  readonly races: readonly number[];
  /** Events of this node that were stamped just before this one and not read. */
  readonly missing: MissingTicks | undefined;
  /** Logs that stand between this event and the next one, in causal order. */
  readonly logs: readonly CausalLog[];
}

export interface NumberedRace {
  readonly number: number;
  readonly race: Race;
}

export interface TraceStory {
  /** Empty for logs that were written outside of any trace. */
  readonly traceId: string;
  /** In the order in which the trace reached them. */
  readonly nodes: readonly CausalNode[];
  readonly rows: readonly StoryRow[];
  /** Logs that stand before all events that were read. */
  readonly firstLogs: readonly CausalLog[];
  readonly rowOf: ReadonlyMap<CausalEvent, StoryRow>;
  readonly spans: number;
  readonly races: readonly NumberedRace[];
  /** Also of nodes that nothing was read of. */
  readonly missing: readonly MissingTicks[];
  /** What messages allow for the clock of a node against that of the first one, where the two do not agree. */
  readonly clocks: ReadonlyMap<CausalNode, Skew>;
  /** Wall time of the first event in causal order: what the others are told relative to. */
  readonly baseNanos: bigint;
}

export function* traceStories(graph: CausalGraph, anomalies: Anomalies): Generator<TraceStory, void, undefined> {
  const findings = new FindingsByPlace(anomalies);
  const causes = causesByEvent(graph);
  const byTrace = new Map<string, CausalMoment[]>();
  // The order in which traces were read, which the causal order of all events is not.
  for (const { recorded } of graph.spans) if (!byTrace.has(recorded.traceId)) byTrace.set(recorded.traceId, []);
  for (const { recorded } of graph.logs)
    if (!byTrace.has(recorded.traceId ?? '')) byTrace.set(recorded.traceId ?? '', []);
  for (const moment of graph.order({ logs: true })) byTrace.get(traceOf(moment))?.push(moment);
  for (const [traceId, moments] of byTrace) yield tell(traceId, moments, causes, findings);
}

function traceOf(moment: CausalMoment): string {
  return (moment.kind === 'log' ? moment.recorded.traceId : moment.span.recorded.traceId) ?? '';
}

function tell(
  traceId: string,
  moments: readonly CausalMoment[],
  causes: ReadonlyMap<CausalEvent, readonly CausalEdge[]>,
  findings: FindingsByPlace,
): TraceStory {
  const nodes = new Set<CausalNode>();
  const spans = new Set<number>();
  const races = new Map<Race, NumberedRace>();
  const missing = findings.missingOf(traceId);
  const gaps = new Map<string, MissingTicks[]>();
  for (const gap of [...missing].reverse()) {
    addTo(gaps, gap.node, gap);
  }
  const rows: StoryRow[] = [];
  const firstLogs: CausalLog[] = [];
  let logs = firstLogs;
  for (const event of moments) {
    nodes.add(event.node);
    if (event.kind === 'log') {
      logs.push(event);
      continue;
    }
    spans.add(event.span.index);
    const here = event.kind === 'start' ? findings.racesOf(event) : [];
    for (const race of here) if (!races.has(race)) races.set(race, { number: races.size + 1, race });
    // Gaps of a node come in the order of their ticks, as its events do.
    const next = gaps.get(event.node.id)?.at(-1);
    const gap = next !== undefined && event.tick !== undefined && event.tick > next.to ? next : undefined;
    if (gap !== undefined) gaps.get(event.node.id)?.pop();
    logs = [];
    rows.push({
      number: rows.length + 1,
      event,
      causes: causes.get(event) ?? [],
      inversion: findings.inversionAt(event),
      races: here.map((race) => (races.get(race) as NumberedRace).number),
      missing: gap,
      logs,
    });
  }
  return {
    traceId,
    nodes: [...nodes],
    rows,
    firstLogs,
    rowOf: new Map(rows.map((row) => [row.event, row])),
    spans: spans.size,
    races: [...races.values()],
    missing,
    clocks: findings.clocksAgainst([...nodes][0]),
    baseNanos: moments.find(({ timeNanos }) => timeNanos !== undefined)?.timeNanos ?? 0n,
  };
}

function causesByEvent(graph: CausalGraph): ReadonlyMap<CausalEvent, readonly CausalEdge[]> {
  const found = new Map<CausalEvent, CausalEdge[]>();
  for (const edge of graph.causes()) {
    if (edge.kind === 'parent') continue;
    addTo(found, edge.to, edge);
  }
  return found;
}

/** The findings, by the events and traces that they are about. */
class FindingsByPlace {
  private readonly inversions = new Map<CausalEvent, Inversion>();
  private readonly races = new Map<CausalEvent, Race[]>();
  private readonly missing = new Map<string, MissingTicks[]>();

  private readonly skews: readonly Skew[];

  constructor({ inversions, races, missingTicks, skews }: Anomalies) {
    this.skews = skews.filter(({ verdict }) => verdict !== 'agree');
    for (const inversion of inversions) {
      const { to } = inversion.edge;
      const known = this.inversions.get(to);
      if (known === undefined || known.byNanos < inversion.byNanos) this.inversions.set(to, inversion);
    }
    for (const race of races) {
      for (const { span } of [race.first, race.second]) {
        addTo(this.races, span.start, race);
      }
    }
    for (const gap of missingTicks) {
      addTo(this.missing, gap.domain, gap);
    }
  }

  clocksAgainst(first: CausalNode | undefined): ReadonlyMap<CausalNode, Skew> {
    const found = new Map<CausalNode, Skew>();
    for (const skew of this.skews) {
      if (skew.from === first) found.set(skew.to, skew);
      else if (skew.to === first) found.set(skew.from, turned(skew));
    }
    return found;
  }

  inversionAt(event: CausalEvent): Inversion | undefined {
    return this.inversions.get(event);
  }

  racesOf(event: CausalEvent): readonly Race[] {
    return this.races.get(event) ?? [];
  }

  /** In trace scope a domain is the end of its trace's id. Holes of process scope belong to no trace. */
  missingOf(traceId: string): readonly MissingTicks[] {
    return this.missing.get(traceId.slice(-16)) ?? [];
  }
}

/** The same, said of the other one. */
function turned({ from, to, atLeastNanos, atMostNanos, ...rest }: Skew): Skew {
  const negated = (nanos: number | undefined): number | undefined => (nanos === undefined ? undefined : -nanos);
  return { ...rest, from: to, to: from, atLeastNanos: negated(atMostNanos), atMostNanos: negated(atLeastNanos) };
}
