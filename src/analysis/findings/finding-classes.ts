/**
 * The classes that findings are counted in, for people and for exit codes.
 *
 * Guarantee: no finding is in two classes. Offsets of clocks, and what the whole trace explains, are in none.
 */
import type { Anomalies, Finding } from './findings.js';

export const FINDING_CLASSES = ['skew', 'missing', 'clash', 'race', 'incomplete', 'resolution'] as const;

export type FindingClass = (typeof FINDING_CLASSES)[number];

export interface ClassifiedFindings {
  readonly name: FindingClass;
  /** All of them, also where the list was cut. */
  readonly count: number;
  readonly findings: readonly Finding[];
}

/** All classes, also those of which nothing was found. */
export function findingClasses(anomalies: Anomalies): readonly ClassifiedFindings[] {
  const { totals, inversions, missingTicks, missingParents, identityClashes, races, incomplete } = anomalies;
  const found: Readonly<Record<FindingClass, Omit<ClassifiedFindings, 'name'>>> = {
    skew: { count: totals.skewed, findings: inversions.filter(({ cause }) => cause === 'skew') },
    missing: { count: totals.missingTicks + totals.missingParents, findings: [...missingTicks, ...missingParents] },
    clash: { count: totals.identityClashes, findings: identityClashes },
    race: { count: totals.races, findings: races },
    // What the whole trace explains leaves no answer unknown.
    incomplete: unresolved(incomplete),
    resolution: { count: totals.withinResolution, findings: inversions.filter(({ cause }) => cause === 'resolution') },
  };
  return FINDING_CLASSES.map((name) => ({ name, count: found[name].count, findings: found[name].findings }));
}

function unresolved(incomplete: Anomalies['incomplete']): Omit<ClassifiedFindings, 'name'> {
  const findings = incomplete.filter(({ resolved }) => !resolved);
  return { count: findings.length, findings };
}
