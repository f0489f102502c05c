/**
 * Findings as text: one paragraph for each class, what it means first, then the findings with their spans.
 *
 * Guarantee: no line is longer than the columns it was given, and nothing of a trace can give orders to a terminal.
 */
import type { Anomalies, Finding, Inversion } from '../findings/findings.js';
import { RACE_COMPARISONS } from '../findings/races.js';
import { skewText } from '../wording/clock-text.js';
import { countText, durationText } from '../wording/durations.js';
import { type ClassifiedFindings, type FindingClass, findingClasses } from '../findings/finding-classes.js';
import type { Paint } from './paint.js';
import { shorten } from '../wording/shown-text.js';
import { eventText, spanText } from '../wording/event-label.js';

export interface ReadCounts {
  readonly spans: number;
  readonly traces: number;
  readonly nodes: number;
}

export interface FindingsTextOptions {
  readonly columns: number;
  readonly paint: Paint;
  /** Findings of a class to list. */
  readonly shown: number;
  /** Classes that are faults; the others are only told. */
  readonly failOn: ReadonlySet<FindingClass>;
}

const SAYS: Readonly<Record<FindingClass, (count: number) => string>> = {
  skew: (count) => `${countText(count, 'effect')} that wall time has before ${count === 1 ? 'its' : 'their'} cause`,
  missing: (count) => `${countText(count, 'event or parent', 'events and parents')} that nothing read carries`,
  clash: (count) => `${countText(count, 'event number')} used twice: two processes with one identity`,
  race: (count) => `${countText(count, 'pair of accesses', 'pairs of accesses')} that nothing orders`,
  incomplete: (count) => `${countText(count, 'node')} whose stamps may not know everything`,
  resolution: (count) => `${countText(count, 'effect')} before their cause by less than the clock can tell`,
};

const NONE: Readonly<Record<FindingClass, string>> = {
  skew: 'wall time has no effect before its cause',
  missing: 'no stamped event and no parent is missing',
  clash: 'every node has its own identity',
  race: 'no two accesses of one resource race',
  incomplete: 'no stamp is incomplete that the traces do not explain',
  resolution: 'no tie that a clock could not tell',
};

const NAME_COLUMNS = 12;

export function* findingsText(
  { spans, traces, nodes }: ReadCounts,
  anomalies: Anomalies,
  { columns, paint, shown, failOn }: FindingsTextOptions,
): Generator<string> {
  yield `${countText(spans, 'span')} of ${countText(traces, 'trace')} on ${countText(nodes, 'node')}`;
  yield '';
  const classes = findingClasses(anomalies);
  for (const found of classes) {
    yield* paragraph(found, failOn.has(found.name), anomalies, columns, paint, shown);
  }
  const clocks = anomalies.skews.filter(({ verdict }) => verdict !== 'agree');
  if (clocks.length > 0) {
    yield '';
    yield 'Clocks that do not agree, by what messages allow:';
    for (const skew of clocks.slice(0, Math.max(shown, 1))) yield shorten(`    ${skewText(skew)}`, columns);
    if (clocks.length > shown && shown > 0) yield paint('dim', `    and ${clocks.length - shown} more`);
  }
  yield '';
  const failed = classes.filter(({ name, count }) => count > 0 && failOn.has(name)).map(({ name }) => name);
  yield failed.length === 0
    ? paint('green', 'Nothing that counts as a fault (--fail-on says what does).')
    : paint('red', `Found: ${failed.join(', ')}.`);
}

function* paragraph(
  { name, count, findings }: ClassifiedFindings,
  isFault: boolean,
  anomalies: Anomalies,
  columns: number,
  paint: Paint,
  shown: number,
): Generator<string> {
  const label = name.padEnd(NAME_COLUMNS);
  if (count === 0) {
    // Where not all were compared, nobody can say that there is none.
    const isOpen = name === 'race' && anomalies.racesTruncated;
    const said = isOpen ? 'no race among the accesses that were compared' : NONE[name];
    yield `${isOpen ? paint('yellow', '!') : paint('green', '✔')} ${label}${paint('dim', said)}`;
    if (name === 'race') yield* raceNotes(anomalies, columns, paint);
    return;
  }
  const sign = isFault ? paint('red', '✗') : paint('yellow', '!');
  yield `${sign} ${paint('bold', label)}${SAYS[name](count)}`;
  if (name === 'skew') {
    for (const pair of anomalies.inversionSummary.filter(({ skewed }) => skewed > 0)) {
      const text = `${pair.from} → ${pair.to}: ${pair.skewed} of ${pair.edges}, at worst by ${durationText(pair.worstNanos)}`;
      yield shorten(`    ${text}`, columns);
    }
  }
  const ordered = name === 'skew' || name === 'resolution' ? worstFirst(findings as readonly Inversion[]) : findings;
  for (const finding of ordered.slice(0, shown)) yield paint('dim', shorten(`      ${findingText(finding)}`, columns));
  const more = findings.length - shown;
  if (more > 0 && shown > 0) yield paint('dim', `      and ${more.toLocaleString('en')} more`);
  if (name === 'race') yield* raceNotes(anomalies, columns, paint);
}

function* raceNotes(anomalies: Anomalies, columns: number, paint: Paint): Generator<string> {
  const { undecidedRaces, truncatedResources } = anomalies;
  if (undecidedRaces > 0) {
    yield paint('yellow', `    ${countText(undecidedRaces, 'pair')} more may race: stamps are incomplete there`);
  }
  const [first] = truncatedResources;
  if (first === undefined) return;
  const others = truncatedResources.length - 1;
  const where = others === 0 ? first : `${first} and ${countText(others, 'other resource')}`;
  const most = RACE_COMPARISONS.toLocaleString('en');
  yield paint(
    'yellow',
    shorten(`    there may be more: after ${most} pairs no more were compared of ${where}`, columns),
  );
}

function worstFirst(inversions: readonly Inversion[]): readonly Inversion[] {
  return [...inversions].sort((a, b) => b.byNanos - a.byNanos);
}

/** One finding in one line; the caller cuts it. */
function findingText(finding: Finding): string {
  switch (finding.kind) {
    case 'inversion':
      return `${eventText(finding.edge.to)} is ${durationText(finding.byNanos)} before ${eventText(finding.edge.from)}`;
    case 'missing-ticks': {
      const { node, from, to, domain, wholeNode } = finding;
      const which = from === to ? `event ${from}` : `events ${from} to ${to}`;
      const where = domain === '-' ? '' : ` in trace …${domain}`;
      return `${which} of ${node}${where}${wholeNode ? ': nothing of this node was read' : ''}`;
    }
    case 'missing-parent':
      return `the parent ${finding.parentSpanId} of ${spanText(finding.span)}`;
    case 'identity-clash':
      return `${finding.node}, event ${finding.tick}: ${finding.events.map(eventText).join(' and ')}`;
    case 'incomplete':
      return `${finding.node}, ${countText(finding.spans, 'span')} from ${spanText(finding.since)} on (${finding.likely}): ${finding.consequence}`;
    case 'race':
      return `${finding.resource}: ${finding.first.access} by ${spanText(finding.first.span)}, ${finding.second.access} by ${spanText(finding.second.span)}`;
    case 'skew':
      return skewText(finding);
  }
}
