/** Ticks of the axis, in words. */
import { scaleLinear } from 'd3-scale';

const UNITS = [
  [3_600e9, 'h'],
  [60e9, 'min'],
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
] as const;
const NANOS = [1, 'ns'] as const;

export interface AxisTick {
  readonly at: number;
  readonly text: string;
}

/** Lamport times are whole numbers, so there is no tick between two of them. */
export function lamportTicks(from: number, to: number, count: number): readonly AxisTick[] {
  const ticks = scaleLinear([from, to], [0, 1]).ticks(count);
  return ticks.filter((at) => Number.isInteger(at)).map((at) => ({ at, text: at.toLocaleString('en') }));
}

/** Beyond a few seconds people count by sixties. */
const LONG_STEPS = [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400].map(
  (seconds) => seconds * 1e9,
);

/** Times in nanoseconds, told relative to `zero`, all in the unit that the step between them needs. */
export function timeTicks(from: number, to: number, zero: number, count: number): readonly AxisTick[] {
  const ticks = ticksBetween(from - zero, to - zero, count);
  const step = ticks.length > 1 ? (ticks[1] as number) - (ticks[0] as number) : Math.max(1, to - from);
  const [nanos, unit] = UNITS.find(([size]) => step >= size * 0.999) ?? NANOS;
  const digits = Math.max(0, Math.min(3, -Math.floor(Math.log10(step / nanos) + 1e-9)));
  const textOf = (at: number): string => (at / nanos).toLocaleString('en', { maximumFractionDigits: digits });
  return ticks.map((at) => ({
    at: at + zero,
    text: at === 0 ? '0' : `${at > 0 ? '+' : '−'}${textOf(Math.abs(at))} ${unit}`,
  }));
}

function ticksBetween(from: number, to: number, count: number): readonly number[] {
  const least = (to - from) / count;
  if (least < (LONG_STEPS[0] as number) / 2) return scaleLinear([from, to], [0, 1]).ticks(count);
  const day = LONG_STEPS.at(-1) as number;
  const step = LONG_STEPS.find((one) => one >= least * 0.7) ?? day * Math.ceil(least / day);
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) => (first + i) * step);
}
