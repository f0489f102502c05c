import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { correctTimestamps } from '../../../src/analysis/correction/correct-timestamps.js';
import { writeChromeTrace } from '../../../src/analysis/exports/chrome-trace.js';
import { assignTracks } from '../../../src/analysis/exports/slice-tracks.js';
import { readTraces } from '../../../src/analysis/readers/read-traces.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { play, plans } from '../../support/history-arbitrary.js';
import { CHECKOUT } from '../../support/run-cli.js';

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly cat?: string;
  readonly id?: number;
  readonly bp?: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
}

function eventsOf(graph: CausalGraph): TraceEvent[] {
  return (JSON.parse([...writeChromeTrace(graph)].join('\n')) as { traceEvents: TraceEvent[] }).traceEvents;
}

/** What the viewers ask of slices and arrows. Times are compared in whole nanoseconds. */
function expectDrawable(events: readonly TraceEvent[]): void {
  const nanos = (micros: number): number => Math.round(micros * 1000);
  const slices = events.filter(({ ph }) => ph === 'X');
  const holds = ({ pid, tid, ts }: TraceEvent): boolean =>
    slices.some(
      (slice) =>
        slice.pid === pid &&
        slice.tid === tid &&
        nanos(slice.ts) <= nanos(ts) &&
        nanos(ts) < nanos(slice.ts) + nanos(slice.dur as number),
    );
  for (const { dur } of slices) expect(dur).to.be.above(0);
  const starts = new Map(events.filter(({ ph }) => ph === 's').map((event) => [event.id, event]));
  const ends = events.filter(({ ph }) => ph === 'f');
  expect(starts.size).to.equal(ends.length);
  for (const end of ends) {
    const start = starts.get(end.id) as TraceEvent;
    expect([start.cat, start.name]).to.deep.equal([end.cat, end.name]);
    expect(end.bp).to.equal('e');
    expect(end.ts).to.be.at.least(start.ts);
    expect(holds(start) && holds(end), JSON.stringify([start, end])).to.equal(true);
  }
}

async function checkout(): Promise<RecordedSpan[]> {
  const spans: RecordedSpan[] = [];
  for await (const span of readTraces(CHECKOUT)) spans.push(span);
  return spans;
}

describe("Chrome's trace events", () => {
  it('hold a process for each node, a slice for each span, and an arrow for each message and reply', async () => {
    const events = eventsOf(CausalGraph.of(correctTimestamps(await checkout()).spans));
    expectDrawable(events);
    const count = (ph: string, name?: string): number =>
      events.filter((event) => event.ph === ph && (name === undefined || event.name === name)).length;
    expect(count('M', 'process_name')).to.equal(4);
    expect(count('X')).to.equal(18);
    expect([count('s', 'message'), count('s', 'reply')]).to.deep.equal([8, 8]);
  });

  it('leave out arrows that would point back in time', async () => {
    const events = eventsOf(CausalGraph.of(await checkout()));
    expectDrawable(events);
    expect(events.filter(({ ph }) => ph === 's').length).to.be.within(1, 15);
  });

  it('can be drawn whatever the clocks say', () => {
    fc.assert(
      fc.property(
        fc.oneof(plans('mixed'), plans('plain'), plans('partly read'), plans('stamped')).map((plan) => play(plan)),
        (history) => expectDrawable(eventsOf(CausalGraph.of(history.recorded()))),
      ),
      { numRuns: 100 },
    );
  });

  it('are a document also where there is nothing', () => {
    expect(eventsOf(CausalGraph.of([]))).to.deep.equal([]);
  });

  it('put slices of one track one after the other, or one inside the other', () => {
    const slice = fc
      .tuple(fc.nat(50), fc.integer({ min: 1, max: 20 }))
      .map(([from, length]) => ({ from, to: from + length }));
    fc.assert(
      fc.property(fc.array(slice, { maxLength: 20 }), (slices) => {
        const tracks = assignTracks(slices);
        slices.forEach((a, i) => {
          slices.forEach((b, j) => {
            if (tracks[i] !== tracks[j]) return;
            const isApart = a.to <= b.from || b.to <= a.from;
            const isInside = (a.from <= b.from && b.to <= a.to) || (b.from <= a.from && a.to <= b.to);
            expect(isApart || isInside).to.equal(true);
          });
        });
      }),
    );
    expect([
      ...assignTracks([
        { from: 0, to: 9 },
        { from: 1, to: 3 },
        { from: 2, to: 4 },
      ]),
    ]).to.deep.equal([0, 0, 1]);
  });
});
