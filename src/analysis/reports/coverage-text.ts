/**
 * Coverage as text, for whoever is rolling the library out: where stamps are, where they get lost, and what to do
 * there.
 *
 * Guarantee: no line is longer than the columns it was given.
 */
import type { Coverage, EdgeCoverage, LossReason } from '../findings/coverage.js';
import { countText } from '../wording/durations.js';
import type { Paint } from './paint.js';
import { fit, shorten } from '../wording/shown-text.js';

const ADVICE: Readonly<Record<LossReason, string>> = {
  'no-library': 'no stamps on one side: is otel-causality registered there?',
  'partly-sampled': 'the service stamps elsewhere, but not here: not sampled, or started before the registration',
  'no-propagator': 'nothing of the stamp arrived: is CausalityPropagator registered on both sides?',
  'baggage-stripped':
    'the mark arrived without an acceptable stamp: something between them drops baggage or lacks the library',
  'no-reply': 'no reply brought a stamp back: are HTTP replies installed, and does a proxy drop the header?',
};

const NAME = 34;
const NUMBER = 10;

export function* coverageText(found: Coverage, columns: number, paint: Paint): Generator<string> {
  yield `${shareText(found.stamped, found.spans)} of ${countText(found.spans, 'span')} carry stamps`;
  yield '';
  yield paint('dim', `${fit('service', NAME)}${cells('spans', 'stamped', 'incomplete')}`);
  for (const { service, spans, stamped, incomplete } of found.services) {
    const line = `${fit(service, NAME)}${cells(spans, shareText(stamped, spans), incomplete)}`;
    yield stamped === spans ? line : paint('yellow', line);
  }
  if (found.edges.length > 0) {
    yield '';
    yield paint('dim', `${fit('from → to', NAME)}${cells('messages', 'stamped', 'replies')}`);
  }
  for (const edge of found.edges) yield* edgeLines(edge, columns, paint);
  yield '';
  const { proven, derived, unknown, pairs, sampled } = found.orderings;
  if (pairs > 0) {
    const share = (of: number): string => percentText(of);
    yield `Of ${sampled ? 'a sample of ' : ''}${countText(pairs, 'pair')} of spans of one trace, stamps prove the order of ${share(proven)},`;
    yield `parents, links and local sequence give ${share(derived)}, and ${share(unknown)} stay unknown.`;
  }
  if (found.missingParents > 0) {
    yield paint(
      'yellow',
      `${countText(found.missingParents, 'span')} name a parent that was not read: not sampled there, or lost.`,
    );
  }
}

function* edgeLines(
  { from, to, messages, stamped, calls, replied, lost }: EdgeCoverage,
  columns: number,
  paint: Paint,
): Generator<string> {
  const replies = calls === 0 ? '·' : shareText(replied, calls);
  const line = `${fit(`${from} → ${to}`, NAME)}${cells(messages, shareText(stamped, messages), replies)}`;
  const losses = Object.entries(lost) as [LossReason, number][];
  yield losses.length === 0 ? line : paint('yellow', line);
  for (const [reason, count] of losses) yield shorten(`    ${count} ${reason}: ${ADVICE[reason]}`, columns);
}

function cells(...values: readonly (string | number)[]): string {
  return values.map((value) => String(value).padStart(NUMBER + 2)).join('');
}

function shareText(part: number, whole: number): string {
  return percentText(whole === 0 ? 0 : part / whole);
}

/** Never 100 % where one is missing, and never 0 % where there is one. */
export function percentText(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  const percent = Math.min(99.9, Math.max(0.1, share * 100));
  return `${percent < 10 || percent > 99 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}
