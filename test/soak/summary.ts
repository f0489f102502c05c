/** What a run says while it goes on, and at its end. */
import type { RunReport } from './check/check-run.js';
import type { Load } from './load.js';
import type { Incarnation } from './processes.js';
import type { Trouble } from './trouble.js';

const CLEAR_LINE = '\r\u001b[2K';
const MEGABYTE = 1024 * 1024;

/** One moving line, on a terminal and nowhere else. */
export function progressLine(until: number, load: Load, trouble: Trouble): void {
  if (!process.stdout.isTTY) return;
  const left = Math.max(0, Math.ceil((until - performance.now()) / 1_000));
  const text = `${left} s to go: ${load.visits} visits, ${trouble.kills} kills, ${trouble.pauses} pauses`;
  process.stdout.write(CLEAR_LINE + (left === 0 ? '' : text));
}

export interface Outcome {
  readonly load: Load;
  readonly trouble: Trouble;
  readonly report: RunReport;
  readonly incarnations: readonly Incarnation[];
  readonly lastWords: readonly string[];
  readonly checkSeconds: number;
}

export function summary({ load, trouble, report, incarnations, lastWords, checkSeconds }: Outcome): string {
  const { findings, tally, heaps, counted } = report;
  const pairs = tally.before + tally.concurrent + tally.unknown;
  const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
  const mb = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);
  const lines = [
    `visits      ${load.visits}, ${load.answers} of them answered`,
    `troubles    ${trouble.kills} kills, ${trouble.pauses} pauses, ${trouble.clockSteps} steps of a clock; ${incarnations.length} incarnations`,
    `exported    ${tally.spans} spans of ${tally.traces} traces with ${tally.stamps} stamps; ${tally.lostSpans} spans lost with the killed`,
    `pairs       ${pairs}: ${tally.before} ordered, ${tally.concurrent} concurrent, ${tally.unknown} unknown (${percent(tally.unknown, pairs)})`,
    `            in calm traces ${tally.calmUnknown} of ${tally.calmPairs} unknown; the analysis answered ${tally.analysed} of the unknown`,
    `            ${tally.forgedTraces} traces with a forged peer, whose order is not asked for; ${tally.dropsSeen} traces seen to be dropped and to go on`,
    ...heaps.map(
      ({ incarnation, samples, secondQuarterBytes, lastQuarterBytes, rssBytes }) =>
        `heap        ${incarnation}: median ${mb(secondQuarterBytes)} MB in the second quarter, ${mb(lastQuarterBytes)} MB in the last (${samples} samples; RSS at most ${mb(rssBytes)} MB)`,
    ),
    `counted     ${Object.entries(counted)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    `checked in ${checkSeconds.toFixed(1)} s`,
    ...findings.lines(),
    ...lastWords,
  ];
  const wrong = findings.count + lastWords.length;
  return [...lines, wrong === 0 ? 'No rule was broken.' : `${wrong} violations`].join('\n');
}
