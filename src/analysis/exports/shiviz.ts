/**
 * A log for ShiViz, which draws happens-before from vector clocks.
 *
 * Guarantee: what its parser asks for: the parser's expression in the first line, the one that separates traces in the second;
 * hosts without spaces; of each host a first event 1 and no gaps; no host in a clock that has no event. An event is before
 * another there exactly where the graph says so inside one trace.
 * Hazard: ShiViz orders all events of a host. So a node whose events are not all in one proven order becomes several hosts.
 */
import type { CausalGraph } from '../graph/causal-graph.js';
import { spanLabel } from '../wording/span-label.js';
import type { CausalEdge, CausalEvent, CausalNode } from '../graph/graph-model.js';
import { oneLine } from '../one-line.js';

const PARSER = '(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})';
const SEPARATOR = '^=== (?<trace>.*) ===$';

/** A line of events whose order is proven. */
interface Host {
  readonly name: string;
  count: number;
  last: CausalEvent;
}

type Clock = ReadonlyMap<Host, number>;

export function* writeShiviz(graph: CausalGraph): Generator<string, void, undefined> {
  const traces = new Map<string, CausalEvent[]>();
  for (const event of graph.order()) {
    const { traceId } = event.span.recorded;
    const events = traces.get(traceId);
    if (events === undefined) traces.set(traceId, [event]);
    else events.push(event);
  }
  const causes = causesByEvent(graph);
  yield PARSER;
  yield traces.size > 1 ? SEPARATOR : '';
  for (const [traceId, events] of traces) {
    if (traces.size > 1) yield `=== ${traceId} ===`;
    yield* writeTrace(graph, events, causes);
  }
}

function* writeTrace(
  graph: CausalGraph,
  events: readonly CausalEvent[],
  causes: ReadonlyMap<CausalEvent, readonly CausalEdge[]>,
): Generator<string> {
  const hosts = new Hosts(graph);
  const clocks = new Map<CausalEvent, Clock>();
  for (const event of events) {
    const clock = new Map<Host, number>();
    const { host, previous } = hosts.take(event);
    const before = (causes.get(event) ?? []).map(({ from }) => from);
    if (previous !== undefined) before.push(previous);
    for (const cause of before) {
      // A cause in another trace has no clock here.
      for (const [other, count] of clocks.get(cause) ?? []) clock.set(other, Math.max(count, clock.get(other) ?? 0));
    }
    clock.set(host, host.count);
    clocks.set(event, clock);
    yield eventText(event);
    yield `${host.name} ${JSON.stringify(Object.fromEntries([...clock].map(([{ name }, count]) => [name, count])))}`;
  }
}

function eventText({ kind, span, lamport }: CausalEvent): string {
  const name = oneLine(spanLabel(span.recorded), 200);
  return `${kind === 'start' ? name : `${kind} of ${name}`} [span ${span.recorded.spanId}, Lamport ${lamport}]`;
}

function causesByEvent(graph: CausalGraph): ReadonlyMap<CausalEvent, readonly CausalEdge[]> {
  const found = new Map<CausalEvent, CausalEdge[]>();
  for (const edge of graph.edges()) {
    const here = found.get(edge.to);
    if (here === undefined) found.set(edge.to, [edge]);
    else here.push(edge);
  }
  return found;
}

/** The hosts of one trace: each event goes to one whose last event is proven to be before it. */
class Hosts {
  private readonly byNode = new Map<CausalNode, Host[]>();
  private readonly names = new Set<string>();

  constructor(private readonly graph: CausalGraph) {}

  take(event: CausalEvent): { readonly host: Host; readonly previous: CausalEvent | undefined } {
    let hosts = this.byNode.get(event.node);
    if (hosts === undefined) this.byNode.set(event.node, (hosts = []));
    const host = hosts.find(({ last }) => this.graph.relation(last, event) === 'before');
    if (host === undefined) {
      const made = { name: this.nameFor(event.node), count: 1, last: event };
      hosts.push(made);
      return { host: made, previous: undefined };
    }
    const previous = host.last;
    host.last = event;
    host.count++;
    return { host, previous };
  }

  /** The node's id in characters that neither the parser nor a regular expression minds; another one if it is taken. */
  private nameFor({ id }: CausalNode): string {
    const base = id.replace(/[^\w.@:-]/g, '_').slice(0, 100) || 'node';
    let name = base;
    for (let more = 2; this.names.has(name); more++) name = `${base}/${more}`;
    this.names.add(name);
    return name;
  }
}
