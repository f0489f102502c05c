/**
 * When a span started, as exactly as its process and its causes tell: pure arithmetic on what was recorded.
 *
 * Guarantee: for starts that the SDK took from the same wall clock, (1) no start is above its own hybrid time, and no
 * start that a message led to is below the message's, so a request edge whose hybrid time was accepted is never
 * inverted; (2) a start moves by the offset that requests had proven by then, and otherwise by less than the millisecond
 * that the SDK cut off; (3) starts of one process keep their order.
 * Hazard: a start time that the application passed says nothing of when the call was made. It moves by the offset only.
 */
import type { HrTime } from '@opentelemetry/api';
import { CLOCK_RESOLUTION_MS, SAME_MOMENT_MS } from '../clocks/limits.js';
import { compareHalves, type Halves } from '../clocks/ntp64-halves.js';
import { PROCESS_DOMAIN } from '../clocks/stamp.js';
import type { SpanRecord } from './records.js';

const MICROS_PER_SECOND = 1_000_000;
const MICROS_PER_MS = 1000;
const NANOS_PER_MICRO = 1000;
const NANOS_PER_MS = 1_000_000;
const NTP_UNIT = 0x1_0000_0000;

/** Microseconds that an SDK may have cut off a start time. */
export const LAST_OF_MS_MICROS = MICROS_PER_MS - 1;

/** By how many microseconds a start is to be moved; 0 where nothing is known that would move it. */
export function startCorrection(startTime: HrTime, record: SpanRecord): number {
  const { startMillis, shiftMillis = 0, start, arrival } = record;
  if (startMillis === undefined || !Number.isFinite(startMillis) || !Number.isFinite(shiftMillis)) return 0;
  const said = microsOf(startTime);
  // Rounded up: a start that a message led to comes out at the message's time, whatever doubles have rounded.
  const shift = Math.ceil(shiftMillis * MICROS_PER_MS);
  const called = Math.floor(startMillis * MICROS_PER_MS);
  const after = called - said;
  // Our clock trails the SDK's by less than a millisecond, unless the host's was set just now.
  const isOwn = after > -CLOCK_RESOLUTION_MS * MICROS_PER_MS && after < SAME_MOMENT_MS * MICROS_PER_MS;
  const cut = isOwn && startTime[1] % NANOS_PER_MS === 0;
  if (!cut) return shift;

  // Where the SDK was interrupted between reading the clock and calling us, the rest of its millisecond is the limit.
  const within = Math.min(Math.max(called, said), said + LAST_OF_MS_MICROS);
  if (start.domain === PROCESS_DOMAIN || start.hlc === undefined) return within - said;
  let moved = Math.min(within + shift, microsOfHybrid(start.hlc));
  const sent = arrival?.stamp?.hlc;
  // A time that was refused for its drift is above all of ours.
  if (sent !== undefined && isNotAbove(sent, start.hlc)) moved = Math.max(moved, microsOfHybrid(sent));
  return moved - said;
}

/** A time, whole microseconds later. */
export function later([seconds, nanos]: HrTime, micros: number): HrTime {
  const wholeSeconds = Math.floor(micros / MICROS_PER_SECOND);
  const sum = nanos + (micros - wholeSeconds * MICROS_PER_SECOND) * NANOS_PER_MICRO;
  const carry = sum >= MICROS_PER_SECOND * NANOS_PER_MICRO ? 1 : 0;
  return [seconds + wholeSeconds + carry, sum - carry * MICROS_PER_SECOND * NANOS_PER_MICRO];
}

function microsOf([seconds, nanos]: HrTime): number {
  return seconds * MICROS_PER_SECOND + Math.floor(nanos / NANOS_PER_MICRO);
}

/** Rounded down, so that what is ordered stays ordered. */
function microsOfHybrid({ seconds, fraction }: Halves): number {
  return seconds * MICROS_PER_SECOND + Math.floor((fraction * MICROS_PER_SECOND) / NTP_UNIT);
}

function isNotAbove(a: Halves, b: Halves): boolean {
  return compareHalves(a.seconds, a.fraction, b.seconds, b.fraction) <= 0;
}
