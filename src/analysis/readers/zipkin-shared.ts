/**
 * Zipkin's shared spans: the two sides of one call under one id, told apart.
 *
 * In Zipkin a server may go on with the id that its client drew (`shared: true`). Here a span is one interval of one
 * process, so where both sides are read the server's becomes a child of the client's, under an id derived from the
 * shared one and the server's service. What the server's service made under the shared id is the server's child;
 * everything else stays with the client.
 *
 * Guarantee: the derived id depends on nothing but trace, id and service, so it is the same in every file that holds
 * the call. Where the client's side was not read the server keeps its id: nothing has to be told apart.
 * Hazard: spans are held back until the source ends or the limit is reached; sides that are further apart keep one id.
 */
import { MAX_HELD_ZIPKIN_SPANS } from '../../clocks/limits.js';
import type { RecordedSpan } from '../recorded.js';

/** A span of Zipkin that may share its id. */
export interface HalfSpan {
  readonly span: RecordedSpan;
  /** True for a server's side under the client's id. */
  readonly shared: boolean;
}

/** Derived ids by the server's service: nearly always one. */
type Servers = Map<string, string>;

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
    const servers = serversBesideTheirClients(halves);
    if (servers.size === 0) return halves.map(({ span }) => span);
    return halves.map((half) => splitFrom(half, servers));
  }
}

function splitFrom(half: HalfSpan, servers: ReadonlyMap<string, Servers>): RecordedSpan {
  const { span } = half;
  if (isServersSide(half)) {
    const derived = servers.get(keyOf(span.traceId, span.spanId))?.get(span.service);
    if (derived !== undefined) return { ...span, spanId: derived, parentSpanId: span.spanId };
  }
  if (span.parentSpanId === undefined) return span;
  const parent = servers.get(keyOf(span.traceId, span.parentSpanId))?.get(span.service);
  return parent === undefined ? span : { ...span, parentSpanId: parent };
}

/** Some reporters forget to say `shared`, but no client's span is ever its own server's. */
function isServersSide({ span, shared }: HalfSpan): boolean {
  return shared || span.kind === 'server';
}

/** Derived ids by shared id and service, where both sides were read. */
function serversBesideTheirClients(halves: readonly HalfSpan[]): ReadonlyMap<string, Servers> {
  const serverKeys = new Set<string>();
  for (const half of halves) if (isServersSide(half)) serverKeys.add(keyOf(half.span.traceId, half.span.spanId));
  const clientKeys = new Set<string>();
  if (serverKeys.size > 0) {
    for (const half of halves) {
      const key = keyOf(half.span.traceId, half.span.spanId);
      if (!isServersSide(half) && serverKeys.has(key)) clientKeys.add(key);
    }
  }
  const servers = new Map<string, Servers>();
  if (clientKeys.size === 0) return servers;
  for (const half of halves) {
    const { traceId, spanId, service } = half.span;
    const key = keyOf(traceId, spanId);
    if (!isServersSide(half) || !clientKeys.has(key)) continue;
    let services = servers.get(key);
    if (services === undefined) servers.set(key, (services = new Map<string, string>()));
    services.set(service, derivedSpanId(traceId, spanId, service));
  }
  return servers;
}

function keyOf(traceId: string, spanId: string): string {
  return traceId + spanId;
}

/**
 * The id of a server's side: 64 bits of FNV-1a over `<trace id>/<span id>/<service>`, its halves made with two different
 * bases.
 */
function derivedSpanId(traceId: string, spanId: string, service: string): string {
  const text = `${traceId}/${spanId}/${service}`;
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
