/** What the heap holds of a request: while its spans wait for their export, and after it, while the trace is remembered. */
import { type Span, SpanKind, trace } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { type Effort, expect, type Measurement, type MeasuredRow } from '../measure.js';
import { heapBytes } from '../heap.js';
import { Messages } from '../messages.js';
import { Service, type ServiceOptions } from '../service.js';
import { spreadOf } from '../statistics.js';

/** With the quarter before them as many as there are traces remembered: with fewer, the room that arrays keep for more weighs more. */
const REQUESTS = 8_000;

/** Holds every span that has ended, as a batch processor does until the batch is full. */
class Holding implements SpanProcessor {
  held: unknown[] = [];

  onStart(): void {
    // Only what has ended waits.
  }

  onEnd(span: unknown): void {
    this.held.push(span);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

interface Held {
  readonly waiting: number;
  readonly remembered: number;
}

/** A server span, a client span under it, and the message that it sends, which somebody else keeps. */
function serve(service: Service, messages: Messages, requests: number): void {
  for (let i = 0; i < requests; i++) {
    const context = service.extract(messages.next());
    const server = service.serve(context);
    const serving = trace.setSpan(context, server);
    const client: Span = service.tracer.startSpan('GET', { kind: SpanKind.CLIENT }, serving);
    service.inject(trace.setSpan(serving, client));
    client.end();
    server.end();
  }
}

/** Bytes a request. */
function bytesHeld(options: ServiceOptions, entries: number, requests: number): Held {
  const holding = new Holding();
  const service = new Service({ ...options, holding });
  const messages = new Messages({ entries });
  serve(service, messages, requests / 4);
  holding.held = [];
  const before = heapBytes();
  serve(service, messages, requests);
  const waiting = (heapBytes() - before) / requests;
  expect(holding.held.length === 2 * requests, 'every span waits');
  holding.held = [];
  return { waiting, remembered: (heapBytes() - before) / requests };
}

export function memory({ rounds }: Effort): Promise<Measurement> {
  const requests = rounds < 10 ? 200 : REQUESTS;
  const kinds: Readonly<Record<string, readonly [ServiceOptions, number]>> = {
    none: [{}, 0],
    three: [{ stamps: 'standard' }, 3],
    ten: [{ stamps: 'standard' }, 10],
  };
  const rows: MeasuredRow[] = [];
  const bytes: string[] = [];
  let none: Held | undefined;
  for (const [name, [options, entries]] of Object.entries(kinds)) {
    const taken = Array.from({ length: 3 }, () => bytesHeld(options, entries, requests));
    const median = (of: (held: Held) => number): number => Math.round(spreadOf(taken.map(of)).median);
    const held = { waiting: median((one) => one.waiting), remembered: median((one) => one.remembered) };
    bytes.push(`${name} ${held.waiting} and ${held.remembered}`);
    if (none === undefined) none = held;
    else {
      const { waiting } = none;
      rows.push({
        what: `memory of a request whose two spans wait for their export, vector of ${entries} heard`,
        against: 'the same with W3C only',
        ratio: spreadOf(taken.map((one) => one.waiting / waiting)),
      });
    }
  }
  return Promise.resolve({
    title: `Bytes a request, before and after its export: ${bytes.join(', ')}`,
    rounds: 3,
    nanos: {},
    rows,
  });
}
