/** Ticks of the axis, in words. */
import { scaleLinear } from 'd3-scale';

const UNITS = [
  [3_600e9, 'h'],
  [60e9, 'min'],
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
] as const;

export interface AxisTick {
  readonly at: number;
  readonly text: string;
}

/** Lamport times are whole numbers, so there is no tick between two of them. */
export function lamportTicks(from: number, to: number, count: number): readonly AxisTick[] {
  const ticks = scaleLinear([from, to], [0, 1]).ticks(count);
  return ticks.filter((at) => Number.isInteger(at)).map((at) => ({ at, text: at.toLocaleString('en') }));
}

/** Times in nanoseconds, told relative to `zero`, all in the unit that the step between them needs. */
export function timeTicks(from: number, to: number, zero: number, count: number): readonly AxisTick[] {
  const ticks = scaleLinear([from - zero, to - zero], [0, 1]).ticks(count);
  const step = ticks.length > 1 ? (ticks[1] as number) - (ticks[0] as number) : Math.max(1, to - from);
  const [nanos, unit] = UNITS.find(([size]) => step >= size * 0.999) ?? UNITS[UNITS.length - 1]!;
  const digits = Math.max(0, Math.min(3, -Math.floor(Math.log10(step / nanos) + 1e-9)));
  return ticks.map((at) => ({
    at: at + zero,
    text:
      at === 0
        ? '0'
        : `${at > 0 ? '+' : '−'}${Math.abs(at / nanos).toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`,
  }));
}
