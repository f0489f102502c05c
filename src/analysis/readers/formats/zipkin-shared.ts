/**
 * Zipkin's shared spans: the two sides of one call under one id, told apart.
 *
 * In Zipkin a server may go on with the id that its client drew (`shared: true`). Here a span is one interval of one
 * process, so where both sides are read the server's becomes a child of the client's, under an id derived from the
 * shared one, the server's service and its start. What that service made under the shared id is the server's child;
 * everything else stays with the client.
 *
 * Guarantee: a derived id depends on nothing but the span, so it is the same in every file that holds the call. Where
 * the client's side was not read the server keeps its id: nothing has to be told apart. Where a child might belong to
 * another side (the client is of the same service, or a retry reached a second server of it) the child stays with the
 * client, which began before all of them: an order that is not proven is not claimed.
 * Hazard: spans are held back until the source ends or the limit is reached; sides that are further apart keep one id.
 */
import { MAX_HELD_ZIPKIN_SPANS } from '../../../clocks/limits.js';
import type { RecordedSpan } from '../../recorded.js';

/** A span of Zipkin that may share its id. */
export interface HalfSpan {
  readonly span: RecordedSpan;
  /** True for a server's side under the client's id. */
  readonly shared: boolean;
}

/** What the children of one service under a shared id hang from; undefined where that is not certain. */
type Parents = Map<string, string | undefined>;

export class SharedSpans {
  private held: HalfSpan[] = [];

  add(half: HalfSpan): void {
    this.held.push(half);
  }

  get isFull(): boolean {
    return this.held.length >= MAX_HELD_ZIPKIN_SPANS;
  }

  /** Hands over all that was held, in the order it came. */
  drain(): RecordedSpan[] {
    const halves = this.held;
    this.held = [];
    const calls = callsWithBothSides(halves);
    if (calls.size === 0) return halves.map(({ span }) => span);
    return halves.map((half) => splitFrom(half, calls));
  }
}

function splitFrom(half: HalfSpan, calls: ReadonlyMap<string, Parents>): RecordedSpan {
  const { span } = half;
  if (isServersSide(half) && calls.has(keyOf(span.traceId, span.spanId))) {
    return { ...span, spanId: derivedSpanId(span), parentSpanId: span.spanId };
  }
  if (span.parentSpanId === undefined) return span;
  const parent = calls.get(keyOf(span.traceId, span.parentSpanId))?.get(span.service);
  return parent === undefined ? span : { ...span, parentSpanId: parent };
}

/** Some reporters forget to say `shared`, but no client's span is ever its own server's. */
function isServersSide({ span, shared }: HalfSpan): boolean {
  return shared || span.kind === 'server';
}

/** By shared id, where both sides were read. */
function callsWithBothSides(halves: readonly HalfSpan[]): ReadonlyMap<string, Parents> {
  const serverKeys = new Set<string>();
  for (const half of halves) if (isServersSide(half)) serverKeys.add(keyOf(half.span.traceId, half.span.spanId));
  const calls = new Map<string, Parents>();
  if (serverKeys.size === 0) return calls;
  for (const half of halves) {
    const key = keyOf(half.span.traceId, half.span.spanId);
    if (isServersSide(half) || !serverKeys.has(key)) continue;
    let parents = calls.get(key);
    if (parents === undefined) calls.set(key, (parents = new Map<string, string | undefined>()));
    // A child of the client's service may be the client's own.
    parents.set(half.span.service, undefined);
  }
  for (const half of halves) {
    const { traceId, spanId, service } = half.span;
    const parents = isServersSide(half) ? calls.get(keyOf(traceId, spanId)) : undefined;
    if (parents === undefined) continue;
    const id = derivedSpanId(half.span);
    const isOnlyOne = !parents.has(service) || parents.get(service) === id;
    parents.set(service, isOnlyOne ? id : undefined);
  }
  return calls;
}

function keyOf(traceId: string, spanId: string): string {
  return traceId + spanId;
}

/**
 * The id of a server's side: 64 bits of FNV-1a over `<trace id>/<span id>/<service>/<start in ns>`, its halves made
 * with two different bases.
 */
function derivedSpanId({ traceId, spanId, service, startNanos }: RecordedSpan): string {
  const text = `${traceId}/${spanId}/${service}/${startNanos}`;
  const id = hex8(fnv1a(text, 0x811c9dc5)) + hex8(fnv1a(text, 0x9747b28c));
  return id === '0'.repeat(16) ? `${'0'.repeat(15)}1` : id;
}

function fnv1a(text: string, base: number): number {
  let hash = base;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  // FNV's low bits know little of the last characters: spread them once more.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, '0');
}
