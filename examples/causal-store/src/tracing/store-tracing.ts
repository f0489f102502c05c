/**
 * The store's own spans, through OpenTelemetry's API alone; without an SDK they cost next to nothing.
 *
 * A write's span is a producer: its context travels with the operation, so that every node which applies it does so in a
 * consumer span of the write's own trace. A read's span links to the writes that it shows: another trace, as a rule.
 */
import {
  type Context,
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Carrier, Operation } from '../core/operation.js';
import { Refusal } from '../core/refusal.js';
import type { Reply } from '../core/store-node.js';
import { MAX_CARRIER_LENGTH } from '../limits.js';

export class StoreTracing {
  private readonly tracer = trace.getTracer('causal-store');

  /** @param self the node's name */
  constructor(private readonly self: string) {}

  /** Runs a read, then records it with links to what it shows. */
  async read(key: string, run: () => Promise<Reply>): Promise<Reply> {
    // Waiting for the session is a part of the server's span; the read itself begins when it is answered, so that its
    // links can be given at its start.
    const reply = await run();
    const links = reply.state.register.siblings.flatMap(({ value: { carrier } }): Link[] => {
      const spanContext = trace.getSpanContext(contextOf(carrier));
      return spanContext === undefined ? [] : [{ context: spanContext }];
    });
    const span = this.tracer.startSpan(`read ${key}`, { links, attributes: this.attributes(key, 'read') });
    span.setAttribute('store.siblings', reply.state.register.siblings.length);
    span.end();
    return reply;
  }

  /** Runs a write in its span. `run` is given the headers that are to travel with the operation. */
  async write(key: string, run: (carrier: Carrier) => Promise<Reply>): Promise<Reply> {
    const options = { kind: SpanKind.PRODUCER, attributes: this.attributes(key, 'write') };
    return this.tracer.startActiveSpan(`write ${key}`, options, async (span) => {
      try {
        const carrier: Record<string, string> = {};
        propagation.inject(context.active(), carrier);
        const reply = await run(lengthOf(carrier) > MAX_CARRIER_LENGTH ? {} : carrier);
        if (reply.written !== undefined) describe(span, reply.written);
        return reply;
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Refusal ? error.code : String(error) });
        throw error;
      } finally {
        span.end();
      }
    });
  }

  /** Records that operations of others are visible here now, each in the trace of the request that wrote it. */
  applied(operations: readonly Operation[], own: string): void {
    for (const operation of operations) {
      if (operation.writer === own || Object.keys(operation.carrier).length === 0) continue;
      const options = { kind: SpanKind.CONSUMER, attributes: this.attributes(operation.key, 'write') };
      const span = this.tracer.startSpan(`apply ${operation.key}`, options, contextOf(operation.carrier));
      describe(span, operation);
      span.end();
    }
  }

  private attributes(key: string, operation: 'read' | 'write'): Record<string, string> {
    // Each node has a copy of its own: two nodes that apply one write do not race.
    return { 'store.key': key, 'causality.resource': `${this.self}/${key}`, 'causality.operation': operation };
  }
}

function describe(span: Span, { writer, seq, request, value }: Operation): void {
  span.setAttributes({
    'store.version': `${writer}:${seq}`,
    'store.request': request,
    'store.deleted': value === null,
  });
}

const contextOf = (carrier: Carrier): Context => propagation.extract(ROOT_CONTEXT, carrier);

const lengthOf = (carrier: Carrier): number =>
  Object.entries(carrier).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
