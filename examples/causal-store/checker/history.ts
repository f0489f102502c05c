/**
 * What the clients of a store saw, and nothing else: the only thing the checker looks at.
 *
 * A history holds one record for each request that a client made. Writes are recognised by the request id that the
 * client chose and that the store shows beside every value; no vector, token or version of the store is in here.
 */

/** How a request ended for the client that made it. */
export type Outcome =
  /** A reply came: it took effect, and its reply was heard. */
  | 'ok'
  /** The store said that it did nothing (a status below 200 or above 299 that promises so). */
  | 'refused'
  /** No reply, or one that promises nothing: it took effect once, or will, or never does. */
  | 'unknown';

/** One version that a reply showed: the write that made it, by the id that its client gave it. */
export interface Shown {
  readonly request: string;
  /** The value, or null where the version is a deletion. */
  readonly value: string | null;
}

export interface HistoryRecord {
  /** Unique in the history. For a write it is the request id that replies show. */
  readonly id: string;
  /** A session makes one request after the other. */
  readonly session: string;
  /** The node that was asked; only for messages. */
  readonly node: string;
  readonly kind: 'get' | 'put' | 'delete';
  readonly key: string;
  /** What was written; undefined for a read and a deletion. */
  readonly value?: string;
  /** The requests whose replies the writer said it had seen of this key, by handing back their contexts. */
  readonly sawRepliesOf: readonly string[];
  /** Whether the session's token went with it. Without one nothing is promised to this request. */
  readonly inSession: boolean;
  /** Position of the invocation and of the response among all of them, as one observer saw them. */
  readonly invokedAt: number;
  readonly respondedAt: number | undefined;
  readonly outcome: Outcome;
  /** All versions that the reply showed; empty without a reply. */
  readonly shown: readonly Shown[];
  /** True for the reads after everything was healed, which every node must answer alike. */
  readonly final: boolean;
}

/** Collects records while clients run; times are positions, so equal clock readings cannot blur an order. */
export class HistoryRecorder {
  readonly records: HistoryRecord[] = [];
  private position = 0;

  /** Notes that a request goes out. The returned function notes how it ended; call it once, or never. */
  invoke(
    request: Pick<HistoryRecord, 'id' | 'session' | 'node' | 'kind' | 'key' | 'sawRepliesOf' | 'inSession'> & {
      readonly value?: string;
      readonly final?: boolean;
    },
  ): (outcome: Outcome, shown: readonly Shown[]) => void {
    const index = this.records.length;
    const open: HistoryRecord = {
      ...request,
      final: request.final ?? false,
      invokedAt: this.position++,
      respondedAt: undefined,
      outcome: 'unknown',
      shown: [],
    };
    this.records.push(open);
    return (outcome, shown) => {
      const respondedAt = outcome === 'unknown' ? undefined : this.position++;
      this.records[index] = { ...open, outcome, shown: outcome === 'ok' ? shown : [], respondedAt };
    };
  }
}
