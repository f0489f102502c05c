/** What the processes of the experiment say to whoever measures them, and are told. */

export type Side = 'client' | 'server';

/**
 * What both processes of a pair propagate and stamp: W3C's headers only; this library's besides, replies included; the
 * least that orders them; or constant headers and attributes of the size that stamps have.
 */
export const LIBRARIES = ['w3c', 'ours', 'bare', 'cargo'] as const;
export type Library = (typeof LIBRARIES)[number];

/** Told to a process; each is answered with one {@link Answer} of the same kind. */
export type Order =
  /** To a client: keep the server busy for this long. */
  | { readonly kind: 'ask'; readonly port: number; readonly millis: number }
  /** To both: how much processor time was used so far? */
  | { readonly kind: 'usage' }
  /** To both: export what is left, and say what came of it all. */
  | { readonly kind: 'account' };

export type Answer =
  /** From a server, once, when it listens. */
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'ask'; readonly requests: number; readonly millis: number }
  /** Processor time, and how long the program stood still for the collector. */
  | { readonly kind: 'usage'; readonly micros: number; readonly collectorMicros: number }
  | { readonly kind: 'account'; readonly account: Account };

export interface Account {
  /** Spans that reached the exporter. */
  readonly spans: number;
  /** Of these, with a start and an end stamp. */
  readonly stamped: number;
  /** Of these, with a stamp of a reply that was sent. */
  readonly replied: number;
  /** Of these, such as an order cannot be told of: a client's that heard no reply is one. */
  readonly incomplete: number;
  /** Why they are. */
  readonly reasons: readonly string[];
}
