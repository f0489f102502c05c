/** Spans of processes that do much at once by coarse clocks, which is where edges go over cuts. */
import * as fc from 'fast-check';
import type { RecordedSpan } from '../../src/analysis/recorded.js';

const BASE_NANOS = 1_700_000_000_000_000_000n;
const HALF_MS = 500_000;

export interface Moment {
  /** In halves of a millisecond, which is what the clocks are taken to tell. */
  readonly from: number;
  readonly lasts: number;
  readonly process: number;
  /** The number of another span; of one after it, or of none, for none. */
  readonly parent: number;
  /** The same; a span of a nameless process may also link to one after it. */
  readonly link: number;
}

/** Of this one only a service is named, behind which there may be many: its clock orders nothing. */
export const NAMELESS = 2;

export function crowds({ size = 40, processes = 2 } = {}): fc.Arbitrary<readonly Moment[]> {
  return fc.array(
    fc.record({
      from: fc.nat({ max: 7 }),
      lasts: fc.nat({ max: 5 }),
      process: fc.nat({ max: processes - 1 }),
      parent: fc.nat({ max: 2 * size }),
      link: fc.nat({ max: 2 * size }),
    }),
    { minLength: 1, maxLength: size, size: 'max' },
  );
}

/**
 * Spans of a nameless process that say they lasted less than what they waited for: spans below them, and others that the
 * same process began when those were over, to which they link.
 */
export function squeezes(): fc.Arbitrary<readonly Moment[]> {
  const short = { waits: fc.nat({ max: 8 }), linked: fc.nat({ max: 11 }) };
  const long = {
    from: fc.integer({ min: 1, max: 4 }),
    lasts: fc.integer({ min: 1, max: 6 }),
    parent: fc.nat({ max: 5 }),
  };
  const after = { from: fc.integer({ min: 4, max: 14 }), lasts: fc.nat({ max: 3 }) };
  return fc
    .tuple(
      fc.array(fc.record(short), { minLength: 1, maxLength: 4 }),
      fc.array(fc.record(long), { minLength: 10, maxLength: 24 }),
      fc.array(fc.record(after), { minLength: 1, maxLength: 12 }),
    )
    .map(([shorts, longs, afters]) => {
      const count = shorts.length + longs.length + afters.length;
      return [
        ...shorts.map(({ waits, linked }) => {
          const link = shorts.length + longs.length + (linked % afters.length);
          return { from: 0, lasts: waits, process: NAMELESS, parent: count, link };
        }),
        ...longs.map(({ parent, ...rest }) => ({ ...rest, process: 0, parent: parent % shorts.length, link: count })),
        ...afters.map((rest) => ({ ...rest, process: 0, parent: count, link: count })),
      ];
    });
}

/**
 * In the order of their beginnings, so that no clock contradicts a parent. A link of a process that has a clock leads from
 * well before: of events at one instant the graph takes some order for its own, and a clock that a link contradicts in that
 * for a wrong one.
 */
export function inOrder(moments: readonly Moment[]): readonly Moment[] {
  const sorted = moments.toSorted((a, b) => a.from - b.from);
  return sorted.map((moment) => {
    const linked = sorted[moment.link];
    const isKept = moment.process === NAMELESS || linked === undefined || linked.from + 2 <= moment.from + moment.lasts;
    return isKept ? moment : { ...moment, link: moments.length };
  });
}

/** A span for each; the one at `i` has the id `i + 1`. */
export function crowdOf(moments: readonly Moment[]): RecordedSpan[] {
  const resources = [{ 'service.instance.id': 'i0' }, { 'service.instance.id': 'i1' }, {}] as const;
  return moments.map(({ from, lasts, process, parent, link }, i) => {
    const startNanos = BASE_NANOS + BigInt(Math.round(from * HALF_MS));
    return {
      traceId: 'c'.repeat(32),
      spanId: idOf(i),
      parentSpanId: parent < i ? idOf(parent) : undefined,
      name: `x${i}`,
      kind: process === NAMELESS ? 'server' : 'internal',
      service: `s${process}`,
      startNanos,
      endNanos: startNanos + BigInt(lasts * HALF_MS),
      attributes: {},
      resource: resources[process]!,
      scope: { name: '', version: undefined },
      links:
        link < i || (process === NAMELESS && link !== i && link < moments.length)
          ? [{ traceId: 'c'.repeat(32), spanId: idOf(link), attributes: {} }]
          : [],
      events: [],
      status: { code: 'unset', message: undefined },
      origin: { source: '-', line: undefined },
    };
  });
}

/** So many spans of one process, all from one instant to the next that its clock can tell. */
export function parallelSpans(count: number): RecordedSpan[] {
  return crowdOf(Array.from({ length: count }, () => ({ from: 0, lasts: 2, process: 0, parent: count, link: count })));
}

function idOf(at: number): string {
  return (at + 1).toString(16).padStart(16, '0');
}
