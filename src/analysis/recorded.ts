/**
 * Spans and logs as some backend recorded them, in one form for all formats.
 *
 * Guarantee: what a reader hands on is checked: ids are lower-case hexadecimal, times are integers of nanoseconds, and
 * attributes are a record that inherits nothing (a stranger's `__proto__` is an ordinary key).
 * Hazard: it is what was *recorded*: a span may come twice, its parent never, and its clock may lie.
 */

export type AttributeValue = string | number | boolean | bigint | readonly AttributeValue[];

export type AttributeRecord = Readonly<Record<string, AttributeValue>>;

export type RecordedKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** Where something was read, for messages about it. */
export interface Origin {
  /** A file's name, `-`, or the address of a backend. */
  readonly source: string;
  /** Line of the source, from 1, where it has lines. */
  readonly line: number | undefined;
}

export interface RecordedLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: AttributeRecord;
}

export interface RecordedSpan {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits. */
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: RecordedKind;
  /** `service.name`, or the backend's word for it. */
  readonly service: string;
  /** Nanoseconds since the Unix epoch, by the clock of the process that made it. */
  readonly startNanos: bigint;
  readonly endNanos: bigint;
  readonly attributes: AttributeRecord;
  readonly resource: AttributeRecord;
  readonly scope: { readonly name: string; readonly version: string | undefined };
  readonly links: readonly RecordedLink[];
  readonly events: readonly {
    readonly name: string;
    readonly timeNanos: bigint;
    readonly attributes: AttributeRecord;
  }[];
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message: string | undefined };
  readonly origin: Origin;
}

/** Name of the service whose resource does not tell, as the specification has it. */
export const UNKNOWN_SERVICE = 'unknown_service';

/** A log record as a backend recorded it. */
export interface RecordedLog {
  /** 32 lower-case hexadecimal digits; undefined for a log that was written outside of any trace. */
  readonly traceId: string | undefined;
  /** The span that was active when it was written: 16 lower-case hexadecimal digits. */
  readonly spanId: string | undefined;
  /** When it happened, or else when it was observed; 0 where nobody says. */
  readonly timeNanos: bigint;
  /** `INFO`, or whatever the logger calls it; empty where it does not say. */
  readonly severity: string;
  /** The message; maps as JSON. Undefined where there is none. */
  readonly body: AttributeValue | undefined;
  readonly attributes: AttributeRecord;
  readonly service: string;
  readonly resource: AttributeRecord;
  readonly scope: RecordedSpan['scope'];
  readonly origin: Origin;
}
