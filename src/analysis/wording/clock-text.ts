/** How far one clock is from another, in words. */
import type { Skew } from '../findings/findings.js';
import { durationText } from './durations.js';

/** Where one clock stands to another, as far as messages say. */
export function skewText({ from, to, ...bounds }: Skew): string {
  if (bounds.verdict === 'stepped')
    return `${to.id} against ${from.id}: no constant offset fits; a clock was set, or drifts`;
  return `${to.id} is ${offsetText(bounds)} ${from.id}`;
}

/** `118 ms to 131 ms behind`: what the clock of `to` is to that of `from`. */
export function offsetText({
  atLeastNanos,
  atMostNanos,
  verdict,
}: Pick<Skew, 'atLeastNanos' | 'atMostNanos' | 'verdict'>): string {
  if (verdict === 'stepped') return 'at no constant offset from';
  const isBehind = atMostNanos !== undefined && atMostNanos < 0;
  const [least, most] = isBehind ? [atMostNanos, atLeastNanos] : [atLeastNanos, atMostNanos];
  const side = isBehind ? 'behind' : 'ahead of';
  if (least === undefined) return `at most ${durationText(Math.abs(most ?? 0))} ${side}`;
  if (most === undefined) return `at least ${durationText(Math.abs(least))} ${side}`;
  return `${durationText(Math.abs(least))} to ${durationText(Math.abs(most))} ${side}`;
}
