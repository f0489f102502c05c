/**
 * What the library refused, dropped or could not know, counted by reason, with at most a few `diag` lines each.
 *
 * Guarantee: nothing is lost in silence, and a stranger cannot flood the log: a reason is logged at its first, second,
 * fourth, eighth … occurrence.
 */
import { diag } from '@opentelemetry/api';
import { calledOut } from './called-out.js';

/** Why a domain became incomplete: from then on what is not proven is unknown. */
export type IncompleteReason =
  | 'entries-dropped'
  | 'mark-without-stamp'
  | 'stamp-without-mark'
  | 'passed-on'
  | 'told-so'
  | 'reply-without-stamp'
  | 'trace-returned'
  | 'unstamped-request'
  | 'links-dropped'
  | 'link-without-stamp'
  | 'foreign-clock'
  | 'no-propagator'
  | 'lamport-exhausted'
  | 'too-many-awaited'
  | 'hook-failed';

/** Why an inbound stamp was not taken, or not wholly. */
export type RefusalReason =
  | 'empty'
  | 'oversized'
  | 'version'
  | 'malformed'
  | 'counter'
  | 'node'
  | 'order'
  | 'entries'
  | 'duplicate'
  | 'encoding'
  | 'not-text'
  | 'other-domain'
  | 'untrusted';

/** A snapshot of everything counted. All are totals since the clock was made, but `liveDomains`. */
export interface CausalityCounters {
  /** Stamps taken from requests and replies. */
  readonly received: number;
  /** Inbound stamps that were not taken, or not wholly. */
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
  /** Traces that became incomplete, by the first reason of each. */
  readonly incomplete: Readonly<Partial<Record<IncompleteReason, number>>>;
  /** Vector entries dropped by a limit on entries or bytes. */
  readonly entriesDropped: number;
  /** Remote hybrid times refused for being too far ahead. */
  readonly hlcRefused: number;
  /** Inbound entries for our own node above our own tick: forgery or an identity clash. */
  readonly ownEntryRefused: number;
  /** Stamps that stayed behind because the application's own baggage left no room: the receiver is incomplete. */
  readonly unsent: number;
  /** Traces dropped for idleness or room. */
  readonly domainsDropped: number;
  /** Traces held now. */
  readonly liveDomains: number;
  /** Exceptions that our hooks kept from the application: ours, or those of injected clocks, carriers, callbacks. */
  readonly errors: number;
}

export class Counters {
  received = 0;
  entriesDropped = 0;
  hlcRefused = 0;
  ownEntryRefused = 0;
  domainsDropped = 0;
  private stampsUnsent = 0;
  private timesEntriesDropped = 0;
  errors = 0;
  private readonly refusals = new Map<RefusalReason, number>();
  private readonly incompletes = new Map<IncompleteReason, number>();

  refused(reason: RefusalReason, detail: string): void {
    const count = increment(this.refusals, reason);
    logSometimes(count, () => `stamp not taken (${reason}): ${detail}`);
  }

  incomplete(reason: IncompleteReason): void {
    const count = increment(this.incompletes, reason);
    logSometimes(count, () => `order is incomplete in a trace (${reason})`, 'debug');
  }

  ownEntry(detail: string): void {
    this.ownEntryRefused++;
    logSometimes(this.ownEntryRefused, () => `entry for our own node refused: ${detail}`);
  }

  hlc(detail: string): void {
    this.hlcRefused++;
    logSometimes(this.hlcRefused, () => `remote hybrid time refused: ${detail}`);
  }

  entries(dropped: number): void {
    if (dropped === 0) return;
    this.entriesDropped += dropped;
    // Thinned by occurrence: the sum of entries may step over every power of two.
    logSometimes(++this.timesEntriesDropped, () => `vector entries dropped by a limit: ${dropped}`);
  }

  unsent(detail: string): void {
    this.stampsUnsent++;
    logSometimes(this.stampsUnsent, () => `stamp not sent: ${detail}`);
  }

  error(where: string, error: unknown): void {
    this.errors++;
    logSometimes(
      this.errors,
      () => `${where} failed, the application was not disturbed: ${describeError(error)}`,
      'error',
    );
  }

  snapshot(liveDomains: number): CausalityCounters {
    return {
      received: this.received,
      refused: Object.fromEntries(this.refusals),
      incomplete: Object.fromEntries(this.incompletes),
      entriesDropped: this.entriesDropped,
      hlcRefused: this.hlcRefused,
      ownEntryRefused: this.ownEntryRefused,
      unsent: this.stampsUnsent,
      domainsDropped: this.domainsDropped,
      liveDomains,
      errors: this.errors,
    };
  }
}

function increment<K>(map: Map<K, number>, key: K): number {
  const count = (map.get(key) ?? 0) + 1;
  map.set(key, count);
  return count;
}

function logSometimes(count: number, text: () => string, level: 'warn' | 'debug' | 'error' = 'warn'): void {
  // Powers of two: the log grows with the logarithm of what a stranger sends.
  if ((count & (count - 1)) !== 0) return;
  say(`${text()}${count > 1 ? ` (${count} so far)` : ''}`, level);
}

/** Says something through `diag`. Never throws: a logger that does is the application's, and our hooks must go on. */
export function say(text: string, level: 'warn' | 'debug' | 'error' = 'warn'): void {
  calledOut.depth++;
  try {
    diag[level](`otel-causality: ${text}`);
  } catch {
    // Nobody is left to tell.
  } finally {
    calledOut.depth--;
  }
}

function describeError(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'an error that cannot be shown';
  }
}
