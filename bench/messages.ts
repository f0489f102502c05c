/**
 * Requests as other services would have sent them. Every message is of a trace that nobody has seen, and its strings
 * are flat, as an HTTP parser makes them: a rope or a slice would be paid for by whoever reads it first.
 */
import { RandomIdGenerator } from '@opentelemetry/sdk-trace-base';
import { Ntp64 } from '../src/clocks/ntp64.js';
import type { Carrier } from './service.js';

const SERVICES = [
  'cart',
  'checkout',
  'currency',
  'frontend',
  'inventory',
  'mail',
  'payments',
  'prices',
  'shipping',
  'users',
];
const ids = new RandomIdGenerator();

/** Node ids as this library draws them, ascending. Never the one of the service that is measured. */
const NODES = Array.from({ length: 2000 }, (_, i) => {
  const suffix = Math.imul(i + 1, 0x9e3779b1) >>> 0;
  return `${SERVICES[i % SERVICES.length]}-${suffix.toString(36).padStart(8, 'x')}`;
}).sort((a, b) => (a < b ? -1 : 1));

/** So many vectors that a cache of the last ones seen would not pay. */
const DISTINCT_VECTORS = 1024;

const scratch = Buffer.alloc(16_384);

/** The same text in one piece. */
export function flat(text: string): string {
  return scratch.toString('latin1', 0, scratch.write(text, 'latin1'));
}

/** `count` different node ids in ascending order. */
export function someNodes(count: number, seed: number): string[] {
  const stride = Math.floor(NODES.length / count);
  return Array.from({ length: count }, (_, i) => NODES[i * stride + (seed % stride)] as string);
}

function vectorTexts(entries: number): string[] {
  return Array.from({ length: DISTINCT_VECTORS }, (_, seed) =>
    someNodes(entries, Math.imul(seed, 7919) >>> 8)
      .map((node, i) => `${node}*${1 + ((seed * 31 + i * 17) % 997)}`)
      .join('~'),
  );
}

export interface MessageOptions {
  /** Entries of the stamp's vector; 0 for a message without a stamp. */
  readonly entries: number;
  readonly carrier?: 'baggage' | 'header';
  readonly sampled?: boolean;
  /** Baggage of the application, as it would stand in the header. */
  readonly baggage?: string;
}

/** Makes requests of one kind, each another one. */
export class Messages {
  private readonly vectors: readonly string[];
  private made = 0;

  constructor(private readonly options: MessageOptions) {
    this.vectors = options.entries === 0 ? [] : vectorTexts(options.entries);
  }

  next(): Carrier {
    const { carrier = 'baggage', sampled = true, baggage } = this.options;
    const traceId = ids.generateTraceId();
    const spanId = ids.generateSpanId();
    const traceparent = flat(`00-${traceId}-${spanId}-0${sampled ? 1 : 0}`);
    const vector = this.vectors[this.made++ % DISTINCT_VECTORS];
    if (vector === undefined) return baggage === undefined ? { traceparent } : { traceparent, baggage: flat(baggage) };
    const hlc = Ntp64.fromMillis(Date.now() - 1).toHex();
    const stamp = `1!${traceId.slice(16)}!${1000 + (this.made % 9000)}!${hlc}!0!${vector}`;
    const tracestate = flat(`causality=${spanId}`);
    if (carrier === 'header') {
      return baggage === undefined
        ? { traceparent, tracestate, causality: flat(stamp) }
        : { traceparent, tracestate, baggage: flat(baggage), causality: flat(stamp) };
    }
    const member = `causality=${stamp}`;
    return { traceparent, tracestate, baggage: flat(baggage === undefined ? member : `${baggage},${member}`) };
  }

  batch(size: number): Carrier[] {
    return Array.from({ length: size }, () => this.next());
  }
}

/** Ten members of baggage that say as much as a vector of ten entries. */
export const TEN_MEMBERS = someNodes(10, 3)
  .map((node, i) => `${node}=${100 + i}`)
  .join(',');
