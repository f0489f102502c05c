/**
 * Everything that is wrong with recorded traces, or with what they record.
 *
 * Guarantee: nothing is reported that the records do not show; cost is linear in spans, but for races, which also cost
 * what they are.
 */
import type { CausalGraph } from '../graph/causal-graph.js';
import { findClockAnomalies } from './clock-findings.js';
import type { Anomalies, AnomalyOptions } from './findings.js';
import { findIncomplete } from './incomplete-stamps.js';
import { findMissingParents, findMissingTicks } from './missing-events.js';
import { findIdentityClashes } from './identity-clashes.js';
import { findRaces } from './races.js';

const DEFAULT_LIMIT = 10_000;

/** Finds inversions, missing events, identity clashes, incomplete stamps, races and skew. */
export function findAnomalies(graph: CausalGraph, options: AnomalyOptions = {}): Anomalies {
  const { parts } = graph;
  const { limit = DEFAULT_LIMIT } = options;
  const { inversions, inversionSummary, skews } = findClockAnomalies(parts, limit);
  const ticks = findMissingTicks(parts, limit);
  const parents = findMissingParents(parts, limit);
  const clashes = findIdentityClashes(parts, limit);
  const incomplete = findIncomplete(parts, limit);
  const races = findRaces(parts, limit);
  const sum = (of: 'skewed' | 'withinResolution'): number => inversionSummary.reduce((all, pair) => all + pair[of], 0);
  return {
    inversions,
    inversionSummary,
    missingTicks: ticks.list,
    missingParents: parents.list,
    identityClashes: clashes.list,
    incomplete: incomplete.list,
    races: races.races,
    skews,
    totals: {
      skewed: sum('skewed'),
      withinResolution: sum('withinResolution'),
      missingTicks: ticks.total,
      missingParents: parents.total,
      identityClashes: clashes.total,
      incompleteSpans: incomplete.total,
      races: races.total,
    },
    racesTruncated: races.truncated.length > 0,
    truncatedResources: races.truncated,
    undecidedRaces: races.undecided,
  };
}
