/**
 * Log records: stamped with what their trace's domain knows at that moment. Logs do not tick, or spans read alone would
 * show holes.
 *
 * Guarantee: a log is after the node's last event, after whatever the message in its context brought, and after all
 * earlier logs of the node: their numbers never repeat, whatever becomes of domains. A trace without a domain here
 * gets none for a log, unless a stamp came with its message.
 * Hazard: the stamp belongs to the trace that the record names. Where another processor wrote another trace into it,
 * there is no stamp.
 */
import { type Context, type SpanContext, trace } from '@opentelemetry/api';
import type { LogAttributeWriter } from '../codec/log-attributes.js';
import type { AttributeSink } from '../codec/vector-attribute.js';
import { arrivalIn, isMarkUnread } from './arrival.js';
import type { Domain } from './domain.js';
import type { Domains } from './domains.js';
import type { Arrival, SpanRecord } from './records.js';
import { anyRecordOf, recordOf } from './span-registry.js';
import { type Resourced, serviceName } from './service-name.js';

/** What is read of an SDK's log record. */
export interface EmittedLog extends AttributeSink, Resourced {
  readonly spanContext?: SpanContext | undefined;
}

export class Logs {
  private seq = 0;

  constructor(
    private readonly clock: object,
    private readonly domains: Domains,
    private readonly writer: LogAttributeWriter,
  ) {}

  /** Stamps a log record that is emitted in a context, where there is something to say. */
  emit(log: EmittedLog, context: Context | undefined): void {
    const spanContext = context === undefined ? log.spanContext : trace.getSpanContext(context);
    const named = namesTrace(log, spanContext) ? spanContext : undefined;
    const record = named === undefined ? undefined : recordOf(named, this.clock);
    const arrival = context === undefined ? undefined : arrivalIn(context);
    const domain = this.domainFor(record, named, arrival);
    if (domain === undefined) return;
    const node = this.domains.nodeNamed(() => serviceName(log));
    this.domains.admit(domain);
    const isFull = this.domains.settings.attributes === 'full';
    const stamp = domain.observe(node, ++this.seq, isFull ? this.domains.now() : undefined);
    this.writer.write(log, stamp, record?.domain === domain ? record.start : undefined);
  }

  /** The domain that speaks for a log, with what its context brought merged into it. */
  private domainFor(
    record: SpanRecord | undefined,
    named: SpanContext | undefined,
    arrival: Arrival | undefined,
  ): Domain | undefined {
    // Most logs: in a span that was stamped, whose start merged what came.
    if (record !== undefined && record.domain.isCurrent && (arrival === undefined || record.arrival === arrival)) {
      return record.domain;
    }
    const reached = record ?? (named === undefined ? this.domains.whole : this.domains.relaying(named, arrival));
    if (reached === undefined) return undefined;
    const now = this.domains.now();
    const domain = reached === record ? this.domains.present(record, now) : (reached as Domain);
    if (arrival !== undefined && record?.arrival !== arrival) this.domains.merge(domain, arrival, now);
    if (record === undefined && named !== undefined) this.hearUnstamped(domain, named, arrival);
    domain.usedAt = now;
    return domain;
  }

  /** A span that this clock has not stamped: another clock of this process has, or a message came unread. */
  private hearUnstamped(domain: Domain, spanContext: SpanContext, arrival: Arrival | undefined): void {
    if (anyRecordOf(spanContext) !== undefined) domain.hide('foreign-clock');
    if (spanContext.isRemote === true) this.domains.needPropagator(domain);
    if (isMarkUnread(spanContext, arrival)) domain.hide('mark-without-stamp');
  }
}

/** True where the record is exported with this trace: a reader takes the stamp for one of that trace. */
function namesTrace(log: EmittedLog, spanContext: SpanContext | undefined): boolean {
  if (!('spanContext' in log)) return true;
  return log.spanContext === spanContext || log.spanContext?.traceId === spanContext?.traceId;
}
