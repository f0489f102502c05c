/**
 * The hybrid times that spans carry. Where they carry none, the page derives them.
 *
 * Guarantee: two times never change places, to a tenth of a nanosecond.
 */
import { readSpanStamps } from '../../codec/span-stamps.js';
import type { Ntp64 } from '../../clocks/ntp64.js';
import { ATTRIBUTE } from '../../codec/span-attributes.js';
import { END, type EventTable, START } from '../events/event-table.js';
import type { RecordedSpan } from '../recorded.js';
import type { DiagramData } from './diagram-data.js';

const NANOS_PER_SECOND = 1_000_000_000;
const FRACTIONS = 2 ** 32;

export function packHybridTimes(table: EventTable): Pick<DiagramData, 'hybrid' | 'hybridUnordered'> {
  const hybrid: number[] = [];
  const hybridUnordered: number[] = [];
  table.spans.forEach((span, s) => {
    const { hlc, endHlc, isUnordered } = readHybrid(span);
    for (const [event, time] of [
      [3 * s + START, hlc],
      [3 * s + END, endHlc],
    ] as const) {
      if (time === undefined || !table.isStamped(event)) continue;
      hybrid.push(event, nanosAfter(table.baseNanos, time));
      if (isUnordered) hybridUnordered.push(event);
    }
  });
  return { hybrid, hybridUnordered };
}

function readHybrid({ traceId, attributes }: RecordedSpan): {
  readonly hlc: Ntp64 | undefined;
  readonly endHlc: Ntp64 | undefined;
  readonly isUnordered: boolean;
} {
  if (attributes[ATTRIBUTE.hlc] === undefined && attributes[ATTRIBUTE.endHlc] === undefined) {
    return { hlc: undefined, endHlc: undefined, isUnordered: false };
  }
  const stamps = readSpanStamps(traceId, attributes);
  return { hlc: stamps?.start.hlc, endHlc: stamps?.end?.hlc, isUnordered: stamps?.start.hlcUnordered === true };
}

/** With the fraction kept, so that two times never change places. */
function nanosAfter(baseNanos: bigint, { seconds, fraction }: Ntp64): number {
  const whole = Number(BigInt(seconds) * BigInt(NANOS_PER_SECOND) - baseNanos);
  return Math.round((whole + (fraction * NANOS_PER_SECOND) / FRACTIONS) * 10) / 10;
}
