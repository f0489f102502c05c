/** A trace as a table in causal order: what the collector answers and the page shows. */
export interface CausalRow {
  readonly lamport: number;
  /** Who stamped it: the service and the random part that every start of it draws anew. */
  readonly node: string;
  readonly name: string;
  readonly spanId: string;
  /** Start by the clock of the host that recorded it, in milliseconds since the trace's first row. */
  readonly wallMs: number;
  /** True where that clock says that it began before its own cause. */
  readonly wrongWay: boolean;
}

export interface CausalRows {
  readonly rows: readonly CausalRow[];
  /** Pairs of a parent and its child, and those of them that stamps prove and that wall time inverts. */
  readonly edges: number;
  readonly proven: number;
  readonly inverted: number;
  /** True when every span is stamped and none says that something is hidden from it. */
  readonly complete: boolean;
}
