/**
 * Findings as lines of a page's list, each with the events that it leads to.
 *
 * Guarantee: every finding leads somewhere; what is not listed for want of room is in the totals.
 */
import { offsetText } from '../wording/clock-text.js';
import { countText, durationText } from '../wording/durations.js';
import { findingClasses } from '../findings/finding-classes.js';
import { spanLabel } from '../wording/span-label.js';
import type { Anomalies, Finding, MissingTicks } from '../findings/findings.js';
import type { CausalEvent, CausalSpan } from '../graph/graph-model.js';
import { oneLine } from '../one-line.js';
import type { DiagramData, PackedFinding } from './diagram-data.js';

/** Findings of one class in a page. Who has more looks for what they have in common, and `check` lists them all. */
export const MOST_LISTED = 1_000;

const LONGEST_TITLE = 160;

/** @param gapOf where missing ticks are drawn */
export function packFindings(
  anomalies: Anomalies,
  gapOf: ReadonlyMap<MissingTicks, number>,
): Pick<DiagramData, 'findings' | 'totals' | 'notes'> {
  const findings: PackedFinding[] = [];
  const totals: (readonly [PackedFinding['class'], number])[] = [];
  for (const { name, count, findings: found } of findingClasses(anomalies)) {
    totals.push([name, count]);
    for (const finding of worstFirst(found).slice(0, MOST_LISTED)) {
      findings.push({ class: name, ...told(finding, gapOf) });
    }
  }
  const clocks = anomalies.skews.filter(({ verdict }) => verdict !== 'agree');
  totals.push(['clocks', clocks.length]);
  for (const clock of clocks.slice(0, MOST_LISTED)) findings.push({ class: 'clocks', ...told(clock, gapOf) });
  return { findings, totals, notes: notesOf(anomalies) };
}

function notesOf({ undecidedRaces, racesTruncated }: Anomalies): string[] {
  const notes: string[] = [];
  if (undecidedRaces > 0) {
    notes.push(`${countText(undecidedRaces, 'pair')} of accesses may race: stamps are incomplete there.`);
  }
  if (racesTruncated) notes.push('Some resource had more races than were looked for.');
  return notes;
}

function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  const sizeOf = (finding: Finding): number => (finding.kind === 'inversion' ? finding.byNanos : 0);
  return [...findings].sort((a, b) => sizeOf(b) - sizeOf(a));
}

function told(finding: Finding, gapOf: ReadonlyMap<MissingTicks, number>): Omit<PackedFinding, 'class'> {
  switch (finding.kind) {
    case 'inversion': {
      const { from, to } = finding.edge;
      return {
        title: title(`${eventText(from)} → ${eventText(to)}`),
        says: `wall time has the effect ${durationText(finding.byNanos)} before its cause`,
        events: [to.index, from.index],
      };
    }
    case 'missing-ticks': {
      const { node, from, to, wholeNode } = finding;
      return {
        title: title(`${node}: ${from === to ? `event ${from}` : `events ${from} to ${to}`}`),
        says: wholeNode ? 'stamped and not read, as nothing of this node was' : 'stamped and not read',
        events: [],
        gap: gapOf.get(finding) as number,
      };
    }
    case 'missing-parent':
      return {
        title: title(`parent of ${spanText(finding.span)}`),
        says: `span ${finding.parentSpanId} was not read`,
        events: [finding.span.start.index],
      };
    case 'identity-clash':
      return {
        title: title(`${finding.node}, event ${finding.tick}`),
        says: `one number on ${finding.events.length} events: two processes with one identity, or a forgery`,
        events: finding.events.map(({ index }) => index),
      };
    case 'incomplete':
      return {
        title: title(`${finding.node} from ${spanText(finding.since)} on`),
        says: oneLine(`${finding.likely.replaceAll('-', ' ')}, likely; ${finding.consequence}`),
        events: [finding.since.start.index],
      };
    case 'race': {
      const { first, second, resource } = finding;
      return {
        title: title(`${first.access} by ${spanText(first.span)} ∥ ${second.access} by ${spanText(second.span)}`),
        says: oneLine(`${resource}: nothing orders the two`),
        events: [first.span.start.index, second.span.start.index],
      };
    }
    case 'skew':
      return {
        title: title(`${finding.to.id} against ${finding.from.id}`),
        says:
          finding.verdict === 'stepped'
            ? 'no constant offset fits: a clock was set, or drifts'
            : `${offsetText(finding)} it, as ${countText(finding.messages, 'message')} say`,
        events: [],
        lanes: [finding.to.index, finding.from.index],
      };
  }
}

function spanText({ recorded }: CausalSpan): string {
  return `${oneLine(recorded.service, 40)} ${oneLine(spanLabel(recorded), 80)}`;
}

function eventText({ span, kind }: CausalEvent): string {
  return kind === 'start' ? spanText(span) : `${kind} of ${spanText(span)}`;
}

function title(text: string): string {
  return oneLine(text, LONGEST_TITLE);
}
