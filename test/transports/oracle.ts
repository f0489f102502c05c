/**
 * What really happened before what in a recorded trace, from marks that know nothing of this library: what each process
 * numbered by itself, and the messages between them. Every answer of the analysis is held against it.
 */
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import type { CausalEvent, CausalSpan, EventKind } from '../../src/analysis/graph/graph-model.js';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import type { SpanRelation } from '../../src/analysis/happens-before/span-relation.js';

export const MARK = {
  start: 'oracle.start',
  /** What goes ahead of a reply leaves, and comes. */
  spoke: 'oracle.spoke',
  listened: 'oracle.listened',
  replied: 'oracle.replied',
  heard: 'oracle.heard',
  end: 'oracle.end',
} as const;

type Moment = keyof typeof MARK;

/** How many pairs of events got each answer, and how many of a true order were left unknown. */
export interface Answers {
  readonly ordered: number;
  readonly concurrent: number;
  readonly unknown: number;
}

const OF_KIND: Readonly<Record<EventKind, Moment>> = { start: 'start', reply: 'replied', end: 'end' };

export class Told {
  readonly graph: CausalGraph;
  private readonly truth: ReadonlyMap<string, ReadonlySet<string>>;

  /** @param links when the spans got theirs: at their start, or by their end */
  constructor(spans: readonly RecordedSpan[], links: 'start' | 'end' = 'start') {
    this.graph = CausalGraph.of(spans, { links });
    this.truth = happenedBefore(spans, links);
  }

  /** Throws for any answer that is not what happened. */
  answers(): Answers {
    const answers = { ordered: 0, concurrent: 0, unknown: 0 };
    const events = this.graph.spans.flatMap((span) => this.graph.eventsOf(span));
    for (const [i, a] of events.entries()) {
      for (const b of events.slice(i + 1)) {
        const relation = this.graph.relation(a, b);
        const [before, after] = [this.happened(a, b), this.happened(b, a)];
        const isLie =
          (relation === 'before' && !before) ||
          (relation === 'after' && !after) ||
          (relation === 'concurrent' && (before || after));
        if (isLie)
          throw new Error(`${named(a)} is said to be ${relation} ${named(b)}; before ${before}, after ${after}`);
        if (relation === 'unknown') answers.unknown++;
        else if (relation === 'concurrent') answers.concurrent++;
        else answers.ordered++;
      }
    }
    return answers;
  }

  /** The one span that fits. */
  span(service: string, kind: RecordedSpan['kind'], name = ''): CausalSpan {
    const found = this.all(service, kind, name);
    if (found.length !== 1) throw new Error(`${found.length} ${kind} spans of ${service} called ${name}`);
    return found[0] as CausalSpan;
  }

  all(service: string, kind: RecordedSpan['kind'], name = ''): CausalSpan[] {
    return this.graph.spans.filter(
      ({ recorded }) => recorded.service === service && recorded.kind === kind && recorded.name.includes(name),
    );
  }

  relation(x: CausalSpan, y: CausalSpan): SpanRelation {
    return this.graph.spanRelation(x, y);
  }

  private happened(a: CausalEvent, b: CausalEvent): boolean {
    return this.truth.get(keyOf(a))?.has(keyOf(b)) ?? false;
  }
}

function keyOf({ span, kind }: CausalEvent): string {
  return momentKey(span.recorded.spanId, OF_KIND[kind]);
}

function momentKey(spanId: string, moment: Moment): string {
  return `${spanId} ${moment}`;
}

function named({ span, kind }: CausalEvent): string {
  return `the ${kind} of ${span.recorded.service} ${span.recorded.kind} ${span.recorded.name}`;
}

/** For each moment, all that came after it. */
function happenedBefore(spans: readonly RecordedSpan[], links: 'start' | 'end'): Map<string, Set<string>> {
  const next = new Map<string, string[]>();
  const lead = (from: string, to: string): void => void next.set(from, [...(next.get(from) ?? []), to]);
  for (const line of processLines(spans).values()) {
    line.sort((a, b) => a.at - b.at);
    for (const [i, { key }] of line.entries()) if (i > 0) lead((line[i - 1] as { key: string }).key, key);
  }
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  for (const span of spans) {
    const parent = byId.get(span.parentSpanId ?? '');
    if (parent !== undefined) lead(momentKey(parent.spanId, 'start'), momentKey(span.spanId, 'start'));
    for (const { spanId } of span.links) lead(momentKey(spanId, 'start'), momentKey(span.spanId, links));
    if (parent?.kind === 'client' && span.kind === 'server') {
      const has = ({ attributes }: RecordedSpan, moment: Moment): boolean => attributes[MARK[moment]] !== undefined;
      // A server span without such a mark ended first and replied then.
      const replying = has(span, 'replied') ? 'replied' : 'end';
      lead(momentKey(span.spanId, has(span, 'spoke') ? 'spoke' : replying), momentKey(parent.spanId, 'listened'));
      lead(momentKey(span.spanId, replying), momentKey(parent.spanId, has(parent, 'heard') ? 'heard' : 'end'));
    }
  }
  return new Map([...next.keys()].map((key) => [key, reachable(key, next)]));
}

/** The marks of each process in each trace. */
function processLines(spans: readonly RecordedSpan[]): Map<string, { readonly key: string; readonly at: number }[]> {
  const lines = new Map<string, { readonly key: string; readonly at: number }[]>();
  for (const span of spans) {
    const line = `${span.service} ${span.traceId}`;
    const marks = lines.get(line) ?? [];
    for (const moment of Object.keys(MARK) as Moment[]) {
      const at = span.attributes[MARK[moment]];
      if (at !== undefined) marks.push({ key: momentKey(span.spanId, moment), at: Number(at) });
    }
    lines.set(line, marks);
  }
  return lines;
}

function reachable(from: string, next: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const waiting = [...(next.get(from) ?? [])];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (reached.has(key)) continue;
    reached.add(key);
    waiting.push(...(next.get(key) ?? []));
  }
  return reached;
}
