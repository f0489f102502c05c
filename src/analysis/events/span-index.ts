/**
 * Spans by their ids.
 *
 * Guarantee: a span that was read twice is kept once; two that share an id (the two sides of a call in Zipkin, or two
 * traces) are told apart. Constant time for each, also where somebody gives all spans one id.
 */
import type { RecordedSpan } from '../recorded.js';
import { PairIndex } from './pair-index.js';

/** Finds spans by trace and span id, and leaves out those that were read twice. */
export class SpanIndex {
  readonly spans: RecordedSpan[] = [];
  readonly trace: number[] = [];
  duplicates = 0;
  private readonly traces = new Map<string, number>();
  /** By the 64 bits of the span id. */
  private readonly firstWithId = new PairIndex();
  /**
   * Span ids are drawn at random, so two spans rarely share one. Those that do are found by trace and id here, and told
   * apart from one that was read before: a list of them would be walked for each, if somebody gave all the same.
   */
  private readonly laterWithId = new Map<string, number>();
  private readonly laterSpans = new Set<string>();

  get traceCount(): number {
    return this.traces.size;
  }

  /** The number of a trace, which is made where it has none. */
  traceOf(traceId: string): number {
    let trace = this.traces.get(traceId);
    if (trace === undefined) {
      trace = this.traces.size;
      this.traces.set(traceId, trace);
    }
    return trace;
  }

  add(span: RecordedSpan): void {
    const trace = this.traceOf(span.traceId);
    const [high, low] = [bitsOf(span.spanId, 0), bitsOf(span.spanId, 8)];
    const first = this.firstWithId.get(high, low);
    const index = this.spans.length;
    if (first < 0) this.firstWithId.set(high, low, index);
    else if (!this.addLater(span, trace, first, index)) return;
    this.spans.push(span);
    this.trace.push(trace);
  }

  find(traceId: string, spanId: string): number | undefined {
    const trace = this.traces.get(traceId);
    if (trace === undefined) return undefined;
    const first = this.firstWithId.get(bitsOf(spanId, 0), bitsOf(spanId, 8));
    if (first < 0) return undefined;
    return this.isThat(first, trace, spanId) ? first : this.laterWithId.get(`${trace} ${spanId}`);
  }

  /** A span whose id is another's as well. False where it was read before. */
  private addLater(span: RecordedSpan, trace: number, first: number, index: number): boolean {
    const { spanId, kind, service, startNanos } = span;
    const isFirst = this.isThat(first, trace, spanId);
    const name = `${trace} ${spanId}`;
    const whole = `${name} ${kind} ${startNanos} ${service}`;
    if ((isFirst && isSame(this.spans[first] as RecordedSpan, span)) || this.laterSpans.has(whole)) {
      this.duplicates++;
      return false;
    }
    this.laterSpans.add(whole);
    if (!isFirst && !this.laterWithId.has(name)) this.laterWithId.set(name, index);
    return true;
  }

  private isThat(index: number, trace: number, spanId: string): boolean {
    return this.trace[index] === trace && (this.spans[index] as RecordedSpan).spanId === spanId;
  }
}

/** Eight hexadecimal digits as an integer; anything else as some integer: ids are compared in the end. */
function bitsOf(id: string, from: number): number {
  let bits = 0;
  for (let i = from; i < from + 8; i++) {
    const code = id.charCodeAt(i);
    bits = (bits << 4) | ((code & 15) + (code >> 6) * 9);
  }
  return bits;
}

/** An exporter that tries again sends the very same span; two sides of a shared id differ in kind or service. */
function isSame(a: RecordedSpan, b: RecordedSpan): boolean {
  return a.spanId === b.spanId && a.kind === b.kind && a.service === b.service && a.startNanos === b.startNanos;
}
