/**
 * Random fleets whose clocks are set apart by up to hours and drift, exported through CausalTimestampExporter. The test
 * knows the true clocks: a start may move by what some cause's clock is truly ahead, and by no more.
 */
import { type HrTime, ROOT_CONTEXT, type Span, SpanKind } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { ATTRIBUTE } from '../../src/codec/span-attributes.js';
import { exported } from '../support/exported-times.js';
import { type Carrier, TestNode } from '../support/fleet.js';

const EPOCH_MS = Date.UTC(2026, 5, 1);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Command =
  | { readonly do: 'root'; readonly node: number }
  | { readonly do: 'child' | 'end' | 'call'; readonly span: number }
  | { readonly do: 'deliver'; readonly message: number; readonly node: number };

interface Clock {
  readonly skewMs: number;
  /** Milliseconds gained in each true one. */
  readonly drift: number;
}

interface Step {
  readonly command: Command;
  readonly micros: number;
}

interface Live {
  readonly node: number;
  readonly span: Span;
  readonly context: ReturnType<TestNode['start']>['context'];
  readonly trace: string;
  readonly trueMs: number;
  /** Nodes that this trace had heard of here by requests, when the span started. */
  readonly heard: ReadonlySet<number>;
}

const skews = fc.oneof(
  fc.constant(0),
  fc.double({ min: -3, max: 3, noNaN: true }),
  fc.integer({ min: -3 * HOUR_MS, max: 3 * HOUR_MS }),
);
const drifts = fc.oneof(fc.constant(0), fc.double({ min: -1e-3, max: 1e-3, noNaN: true }));
const clocks = fc.array(fc.record({ skewMs: skews, drift: drifts }), {
  minLength: 2,
  maxLength: 4,
});
const index = fc.nat(9);
const steps = fc.array(
  fc.record({
    micros: fc.oneof(fc.constant(2), fc.integer({ min: 2, max: 900 }), fc.integer({ min: 1000, max: 9e6 })),
    command: fc.oneof(
      { weight: 1, arbitrary: fc.record({ do: fc.constant('root' as const), node: index }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('child', 'end'), span: index }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('call' as const), span: index }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), message: index, node: index }) },
    ) as fc.Arbitrary<Command>,
  }),
  { minLength: 5, maxLength: 60, size: 'max' },
);

/** Runs a program on real providers. */
class Run {
  readonly spans: Live[] = [];
  readonly edges: { readonly from: Live; readonly to: Live }[] = [];
  private readonly nodes: TestNode[];
  private readonly heard = new Map<string, Set<number>>();
  private readonly messages: { readonly carrier: Carrier; readonly from: Live }[] = [];
  private readonly ended = new Set<Span>();
  private trueMs = 0;

  constructor(
    private readonly clocks: readonly Clock[],
    maxDriftMs = DAY_MS,
  ) {
    this.nodes = clocks.map((_, i) => new TestNode(`n${i}`, { now: () => this.reading(i), maxDriftMs }));
  }

  perform(steps: readonly Step[]): this {
    for (const { command, micros } of steps) {
      this.trueMs += micros / 1000;
      this.step(command);
    }
    for (const live of this.spans) this.end(live);
    return this;
  }

  reading(node: number, trueMs = this.trueMs): number {
    const { skewMs, drift } = this.clocks[node] as Clock;
    return EPOCH_MS + skewMs + trueMs * (1 + drift);
  }

  finished(live: Live): ReadableSpan {
    return live.span as unknown as ReadableSpan;
  }

  private step(command: Command): void {
    switch (command.do) {
      case 'root':
        this.start(command.node % this.nodes.length, ROOT_CONTEXT, SpanKind.INTERNAL);
        return;
      case 'child':
      case 'call': {
        const parent = this.spans.at(-1 - (command.span % Math.max(1, this.spans.length)));
        if (parent === undefined) return;
        const child = this.start(parent.node, parent.context, command.do === 'call' ? SpanKind.CLIENT : 0);
        if (command.do === 'child') return;
        this.messages.push({ carrier: (this.nodes[child.node] as TestNode).inject(child.context), from: child });
        return;
      }
      case 'end': {
        const live = this.spans.at(-1 - (command.span % Math.max(1, this.spans.length)));
        if (live !== undefined) this.end(live);
        return;
      }
      case 'deliver': {
        const [message] = this.messages.splice(command.message % Math.max(1, this.messages.length), 1);
        if (message === undefined) return;
        const node = command.node % this.nodes.length;
        const heard = this.heardBy(node, message.from.trace);
        for (const one of [message.from.node, ...this.heardBy(message.from.node, message.from.trace)]) heard.add(one);
        const context = (this.nodes[node] as TestNode).extract(message.carrier);
        this.edges.push({ from: message.from, to: this.start(node, context, SpanKind.SERVER) });
      }
    }
  }

  private heardBy(node: number, trace: string): Set<number> {
    const key = `${node} ${trace}`;
    const heard = this.heard.get(key) ?? new Set();
    this.heard.set(key, heard);
    return heard;
  }

  private start(node: number, parent: Live['context'], kind: SpanKind): Live {
    const startTime = Math.floor(this.reading(node));
    const { span, context } = (this.nodes[node] as TestNode).start(`s${this.spans.length}`, parent, {
      kind,
      startTime,
    });
    const trace = span.spanContext().traceId;
    const live = { node, span, context, trace, trueMs: this.trueMs, heard: new Set(this.heardBy(node, trace)) };
    this.spans.push(live);
    return live;
  }

  private end({ node, span }: Live): void {
    if (this.ended.has(span)) return;
    this.ended.add(span);
    span.addEvent('last');
    span.end(this.reading(node));
  }
}

const micros = ([seconds, nanos]: HrTime): number => seconds * 1e6 + nanos / 1000;

describe('times that CausalTimestampExporter gives', function () {
  this.timeout(120_000);

  it('invert no request, move no start by more than was true, and keep order, durations and all else', () => {
    const seen = { inverted: 0, moved: 0, unmoved: 0, edges: 0 };
    fc.assert(
      fc.property(clocks, steps, (fleet, program) => {
        const run = new Run(fleet).perform(program);
        const originals = run.spans.map((live) => run.finished(live));
        const before = originals.map((span) => JSON.stringify([span.startTime, span.endTime, span.attributes]));
        const out = exported(originals);
        const timeOf = new Map(run.spans.map((live, i) => [live, micros((out[i] as ReadableSpan).startTime)]));

        const spread = Math.max(...fleet.map(({ drift }) => drift)) - Math.min(...fleet.map(({ drift }) => drift));
        for (const { from, to } of run.edges) {
          expect(timeOf.get(to), 'a request edge').to.be.at.least(timeOf.get(from) as number);
          seen.edges++;
          if (micros(run.finished(to).startTime) < micros(run.finished(from).startTime)) seen.inverted++;
        }
        run.spans.forEach((live, i) => {
          const [original, span] = [originals[i] as ReadableSpan, out[i] as ReadableSpan];
          expect(JSON.stringify([original.startTime, original.endTime, original.attributes])).to.equal(before[i]);
          const by = micros(span.startTime) - micros(original.startTime);
          const ahead = (at: number): number[] =>
            [...live.heard].map((node) => run.reading(node, at) - run.reading(live.node, at));
          const truth = Math.max(0, ...ahead(0), ...ahead(live.trueMs));
          // A hybrid time's low bits count: its microsecond may be the one before.
          expect(by, 'forward').to.be.at.least(-1);
          // A lag that was proven once is believed for the rest of the trace, through every clock on the way.
          const drifted = spread * live.trueMs * fleet.length;
          expect(by, 'no further than true').to.be.at.most((truth + drifted) * 1000 + 1001);
          expect(span.duration).to.deep.equal(original.duration);
          expect(Math.abs(micros(span.endTime) - micros(original.endTime) - by)).to.be.below(0.01);
          expect(micros(span.events[0]?.time as HrTime)).to.be.closeTo(
            micros(original.events[0]?.time as HrTime) + by,
            0.01,
          );
          const { [ATTRIBUTE.wallStart]: wallStart, [ATTRIBUTE.wallEnd]: wallEnd, ...rest } = span.attributes;
          expect(rest).to.deep.equal(original.attributes);
          expect(wallStart !== undefined, 'kept when it moved').to.equal(by > 999);
          expect(wallEnd !== undefined).to.equal(by > 999);
          if (by > 999) expect(Date.parse(String(wallStart))).to.equal(micros(original.startTime) / 1000);
          if (live.heard.size === 0) expect(span.attributes).to.equal(original.attributes);
          seen[by > 999 ? 'moved' : 'unmoved']++;
        });
        for (const [later, live] of run.spans.entries()) {
          const earlier = run.spans
            .slice(0, later)
            .findLast(({ node, trace }) => node === live.node && trace === live.trace);
          if (earlier === undefined) continue;
          expect(timeOf.get(live), 'order of a process').to.be.greaterThan(timeOf.get(earlier) as number);
        }
      }),
      { numRuns: 400 },
    );
    expect(seen.inverted, 'there was something to mend').to.be.greaterThan(seen.edges / 10);
    expect(Math.min(seen.moved, seen.unmoved)).to.be.greaterThan(100);
  });

  it('move no start out of its millisecond where every clock that is ahead is too far ahead', () => {
    fc.assert(
      fc.property(steps, (program) => {
        const run = new Run(
          [
            { skewMs: 0, drift: 0 },
            { skewMs: HOUR_MS, drift: 0 },
            { skewMs: -2 * HOUR_MS, drift: 0 },
          ],
          500,
        ).perform(program);
        const originals = run.spans.map((live) => run.finished(live));
        exported(originals).forEach((span, i) => {
          expect(micros(span.startTime) - micros((originals[i] as ReadableSpan).startTime)).to.be.within(-1, 999);
          expect(span.attributes).to.equal(originals[i]?.attributes);
        });
      }),
      { numRuns: 50 },
    );
  });
});
