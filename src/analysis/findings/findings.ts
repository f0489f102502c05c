/**
 * What can be found wrong in a trace, as plain data: each finding names its spans and says what it means.
 *
 * Guarantee: a finding is a fact of what was read, not an opinion; where a cause is only likely, the field says so.
 * Hazard: lists are cut at `limit`; the totals beside them are not.
 */
import type { CausalEdge, CausalEvent, CausalNode, CausalSpan } from '../graph/graph-model.js';

/** The first of many, and how many there are. */
export interface Listed<T> {
  readonly list: readonly T[];
  readonly total: number;
}

/** A cause that wall time puts after its effect. */
export interface Inversion {
  readonly kind: 'inversion';
  readonly edge: CausalEdge;
  /** How far wall time has them the wrong way round. */
  readonly byNanos: number;
  /** `resolution`: less than the clocks' digits can tell. `skew`: the clocks disagree (or one clock was set back). */
  readonly cause: 'skew' | 'resolution';
}

/** All edges from one service to another. */
export interface InversionSummary {
  readonly from: string;
  readonly to: string;
  readonly edges: number;
  readonly skewed: number;
  readonly withinResolution: number;
  /** Cause and effect at the same instant: wall time cannot order them. */
  readonly ties: number;
  readonly worstNanos: number;
}

/** Events that were stamped and not read: lost, unfinished, filtered or sent elsewhere. */
export interface MissingTicks {
  readonly kind: 'missing-ticks';
  readonly node: string;
  /** The stamps' domain: the end of a trace id, or `-`. */
  readonly domain: string;
  readonly from: number;
  readonly to: number;
  /** True when no event of the node was read at all: it is only known from what others had heard. */
  readonly wholeNode: boolean;
}

/** A span whose parent was named and not read. */
export interface MissingParent {
  readonly kind: 'missing-parent';
  readonly span: CausalSpan;
  readonly parentSpanId: string;
}

/** One (node, tick) on two events: two processes with one identity, or a forgery. */
export interface IdentityClash {
  readonly kind: 'identity-clash';
  readonly node: string;
  readonly domain: string;
  readonly tick: number;
  readonly events: readonly CausalEvent[];
}

/** Why stamps are incomplete, as far as the whole trace tells. */
export type IncompleteCause =
  | 'reply-without-stamp'
  | 'plain-hop'
  | 'told-by-another'
  | 'vector-cut'
  | 'open-body'
  | 'unexplained';

/** A node whose stamps in one domain are incomplete from some event on. */
export interface Incomplete {
  readonly kind: 'incomplete';
  readonly node: string;
  readonly domain: string;
  /** The first incomplete span. */
  readonly since: CausalSpan;
  readonly spans: number;
  readonly likely: IncompleteCause;
  /** True when the whole trace shows that nothing recorded was hidden: orders are then known after all. */
  readonly resolved: boolean;
  /** Which answers stay unknown. */
  readonly consequence: string;
}

/** A span that reads or writes a resource. */
export interface Access {
  readonly span: CausalSpan;
  readonly resource: string;
  readonly access: 'read' | 'write';
}

/** Two accesses of one resource, at least one a write, that nothing orders. */
export interface Race {
  readonly kind: 'race';
  readonly resource: string;
  readonly first: Access;
  readonly second: Access;
}

/** The clock offset of a pair of nodes that messages in both directions allow. */
export interface Skew {
  readonly kind: 'skew';
  readonly from: CausalNode;
  readonly to: CausalNode;
  /** `to`'s clock minus `from`'s is at least and at most this; undefined where no message says. */
  readonly atLeastNanos: number | undefined;
  readonly atMostNanos: number | undefined;
  readonly messages: number;
  /** `agree`: no offset is a possible answer. `stepped`: none is possible, so a clock was set, or drifts. */
  readonly verdict: 'agree' | 'apart' | 'stepped';
}

/** Anything that `findAnomalies` lists. */
export type Finding = Inversion | MissingTicks | MissingParent | IdentityClash | Incomplete | Race | Skew;

/** All findings by kind. */
export interface Anomalies {
  readonly inversions: readonly Inversion[];
  readonly inversionSummary: readonly InversionSummary[];
  readonly missingTicks: readonly MissingTicks[];
  readonly missingParents: readonly MissingParent[];
  readonly identityClashes: readonly IdentityClash[];
  readonly incomplete: readonly Incomplete[];
  readonly races: readonly Race[];
  readonly skews: readonly Skew[];
  /** How many there are of each, also beyond the limit of the lists. */
  readonly totals: {
    readonly skewed: number;
    readonly withinResolution: number;
    readonly missingTicks: number;
    readonly missingParents: number;
    readonly identityClashes: number;
    readonly incompleteSpans: number;
    readonly races: number;
  };
  /** True when not all pairs of accesses of some resource were compared: there may be more races of it. */
  readonly racesTruncated: boolean;
  /** Those resources. Of each, 200,000 pairs were compared in some trace (or process scope), and no more. */
  readonly truncatedResources: readonly string[];
  /** Pairs of accesses that may be races, and cannot be told. */
  readonly undecidedRaces: number;
}

/** How much is listed. */
export interface AnomalyOptions {
  /** Most findings of a kind that are listed. Default 10,000. */
  readonly limit?: number;
}
