/** The words of the order: which one is asked for, what its edges are, and what proves them. */

/**
 * Which order is asked for. `process`: Lamport's, in which everything that one process did in one trace is ordered.
 * `flow`: only the span tree, links and messages, so that two branches of one process count as concurrent even where
 * this run happened to serialize them.
 */
export type GraphOrder = 'process' | 'flow';

/** `stamped`: proven by stamps. `derived`: from parents, links, or the sequence inside one process. */
export type Basis = 'stamped' | 'derived';

/**
 * - `process`: the next step of the same process (in flow order: of the same span)
 * - `parent`: a span and its child in the same process
 * - `message`: a span and its child in another process, or news that a stamp shows and no span explains
 * - `reply`: a server's reply and the end of the client span that heard it
 * - `link`: a span and one that links to it
 */
export type EdgeKind = 'process' | 'parent' | 'message' | 'reply' | 'link';

/**
 * Told of an edge; numbers of events, because there are millions, and of cuts, which plain-sequence.ts tells from them.
 */
export type EdgeVisitor = (from: number, to: number, kind: EdgeKind, basis: Basis) => void;
