/**
 * A log for ShiViz, which draws happens-before from vector clocks.
 *
 * Guarantee: what its parser asks for: the parser's expression in the first line, the one that separates traces in the
 * second; hosts without spaces; of each host a first event 1 and no gaps; no host in a clock that has no event. An
 * event is before another there exactly where the graph says so inside one trace.
 * Hazard: ShiViz orders all events of a host. So a node whose events are not all in one proven order becomes several
 * hosts.
 */
import { InvalidValueError } from '../../clocks/errors.js';
import type { CausalGraph } from '../graph/causal-graph.js';
import type { CausalEvent, CausalNode } from '../graph/graph-model.js';
import { oneLine } from '../one-line.js';
import { spanLabel } from '../wording/span-label.js';
import { type Host, type HostClock, HostClocks } from './host-clocks.js';
import { addTo } from '../multimap.js';

const PARSER = '(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})';
const SEPARATOR = '^=== (?<trace>.*) ===$';

/**
 * Most entries of all clocks of a trace together: some fifty megabytes. ShiViz draws a column for each host and holds
 * every clock whole; long before this many it shows nothing that anybody can look at.
 */
export const MOST_SHIVIZ_ENTRIES = 2_000_000;

/**
 * The log, line by line.
 * @throws InvalidValueError at once, for a trace whose clocks have more entries together than ShiViz can bear
 */
export function writeShiviz(graph: CausalGraph): Generator<string, void, undefined> {
  const traces = new Map<string, CausalEvent[]>();
  for (const event of graph.order()) {
    const { traceId } = event.span.recorded;
    addTo(traces, traceId, event);
  }
  for (const [traceId, events] of traces) checkSize(graph, traceId, events);
  return writeTraces(graph, traces);
}

/** Before anything is written: half a log is of no use to anybody. */
function checkSize(graph: CausalGraph, traceId: string, events: readonly CausalEvent[]): void {
  const clocks = new HostClocks(graph.parts);
  let entries = 0;
  for (const { index } of events) {
    entries += clocks.take(index).clock.size;
    if (entries <= MOST_SHIVIZ_ENTRIES) continue;
    const most = MOST_SHIVIZ_ENTRIES.toLocaleString('en');
    throw new InvalidValueError(
      `trace ${traceId}`,
      entries,
      `at most ${most} entries of vector clocks, and there are ${clocks.hostCount} lines of events that nothing orders; stamps, ` +
        'or resources that name processes, make them fewer',
    );
  }
}

function* writeTraces(
  graph: CausalGraph,
  traces: ReadonlyMap<string, readonly CausalEvent[]>,
): Generator<string, void, undefined> {
  yield PARSER;
  yield traces.size > 1 ? SEPARATOR : '';
  for (const [traceId, events] of traces) {
    if (traces.size > 1) yield `=== ${traceId} ===`;
    const clocks = new HostClocks(graph.parts);
    const names = new HostNames(graph.nodes);
    for (const event of events) {
      const { host, clock } = clocks.take(event.index);
      yield eventText(event);
      yield `${names.of(host)} ${clockText(clock, names)}`;
    }
  }
}

function eventText({ kind, span, lamport }: CausalEvent): string {
  const name = oneLine(spanLabel(span.recorded), 200);
  return `${kind === 'start' ? name : `${kind} of ${name}`} [span ${span.recorded.spanId}, Lamport ${lamport}]`;
}

function clockText(clock: HostClock, names: HostNames): string {
  return `{${Array.from(clock, ([host, count]) => `${JSON.stringify(names.of(host))}:${count}`).join(',')}}`;
}

/** The node's id in characters that neither the parser nor a regular expression minds; another one if it is taken. */
class HostNames {
  private readonly names = new Map<Host, string>();
  private readonly taken = new Set<string>();
  /** How many hosts have asked for a name, by what it begins with. */
  private readonly asked = new Map<string, number>();

  constructor(private readonly nodes: readonly CausalNode[]) {}

  of(host: Host): string {
    let name = this.names.get(host);
    if (name === undefined) {
      name = this.made(host);
      this.names.set(host, name);
      this.taken.add(name);
    }
    return name;
  }

  private made({ lane }: Host): string {
    const id = this.nodes[lane]?.id ?? '';
    const base = id.replace(/[^\w.@:-]/g, '_').slice(0, 100) || 'node';
    let more = (this.asked.get(base) ?? 0) + 1;
    let name = more === 1 ? base : `${base}/${more}`;
    // Only another node's id can look like that.
    while (this.taken.has(name)) name = `${base}/${++more}`;
    this.asked.set(base, more);
    return name;
  }
}
