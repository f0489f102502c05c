/**
 * The floor of the experiment: what any library does that orders two processes by headers and attributes, with no more of
 * this one than the clock's reader, the text of a time and the place where something of a span is remembered. Numbers are
 * fresh, texts that came are held to the format once, spans find their start and replies their request, and each trace has
 * one entry in a map. Nothing is compared or merged, nothing that may be missing, late, forged or repeated is looked for.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import {
  type Context,
  createContextKey,
  type Span,
  type SpanContext,
  SpanKind,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { fractionOfMillis, hexOfHalves, secondsOfMillis } from '../../src/clocks/ntp64-halves.js';
import { createPhysicalClock } from '../../src/clocks/physical-clock.js';
import { ATTRIBUTE } from '../../src/codec/span-attributes.js';
import { attachedValues } from '../../src/otel/attached-values.js';
import { STAMP_FORMAT } from '../stamp-format.js';

const MARK = 'x-mark';
const STAMP = 'x-stamp';
const TEXT = createContextKey('bare-order');

/** Ends of a stamp's fields before its vector. */
const VECTOR_FIELD = 5;

/** As many traces as this library remembers. */
const MAX_TRACES = 10_000;

/** What is known of a trace. By a constructor, as the library's own records: see {@link Stamp}. */
class Trace {
  tick = 1;

  /** @param others what was heard before: the others' entries as they came */
  constructor(
    readonly domain: string,
    public others: string,
    public millis: number,
  ) {}
}

class Started {
  constructor(
    /** Until it has ended: what the span refers to must not be kept by what refers to the span. */
    public span: Span | undefined,
    readonly known: Trace,
  ) {}
}

/** The entries of the vector in a stamp that was held to the format. */
function vectorOf(text: string): string {
  let at = 0;
  for (let field = 0; field < VECTOR_FIELD; field++) at = text.indexOf('!', at) + 1;
  return text.slice(at);
}

export class BareOrder implements SpanProcessor, TextMapPropagator {
  private readonly now = createPhysicalClock();
  private readonly starts = attachedValues<SpanContext, Started>();
  private readonly received = attachedValues<object, Started>();
  private readonly awaited = new Map<string, Started>();
  private readonly traces = new Map<string, Trace>();
  /** Ids in the order they came: a map that is asked for its oldest key walks over all that were deleted. */
  private readonly ids: string[] = [];
  private next = 0;

  constructor(private readonly node: string) {
    subscribe('http.server.request.start', (message) =>
      this.watch(message as Exchange<ServerResponse, IncomingMessage>),
    );
    subscribe('http.client.response.finish', (message) =>
      this.hear(message as Exchange<IncomingMessage, ClientRequest>),
    );
  }

  onStart(span: Span, context: Context): void {
    const spanContext = span.spanContext();
    const message = context.getValue(TEXT) as Message | undefined;
    const others = message === undefined ? '' : vectorOf(message.text);
    const domain = spanContext.traceId.slice(-16);
    const started = new Started(span, new Trace(domain, others, this.now()));
    this.starts.set(spanContext, started);
    if (message !== undefined) this.received.set(message.carrier, started);
    const oldest = this.ids[this.next];
    if (oldest !== undefined) this.traces.delete(oldest);
    this.ids[this.next] = domain;
    this.next = (this.next + 1) % MAX_TRACES;
    this.traces.set(domain, started.known);
    span.setAttribute(ATTRIBUTE.node, this.node);
    span.setAttribute(ATTRIBUTE.vector, `${others},${this.node}=1`);
    span.setAttribute(ATTRIBUTE.lamport, started.known.tick);
    span.setAttribute(ATTRIBUTE.tick, started.known.tick);
  }

  onEnding(span: Span & Pick<ReadableSpan, 'kind'>): void {
    const started = this.starts.get(span.spanContext());
    if (started === undefined) return;
    const { others } = started.known;
    const tick = this.advance(started.known);
    if (span.kind === SpanKind.CLIENT) span.setAttribute(ATTRIBUTE.endVector, `${others},${this.node}=${tick}`);
    span.setAttribute(ATTRIBUTE.endLamport, tick);
    span.setAttribute(ATTRIBUTE.endTick, tick);
    started.span = undefined;
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const spanContext = trace.getSpanContext(context);
    const started = spanContext === undefined ? undefined : this.starts.get(spanContext);
    if (spanContext === undefined || started === undefined) return;
    this.awaited.set(spanContext.spanId, started);
    setter.set(carrier, MARK, `causality=${spanContext.spanId}`);
    setter.set(carrier, STAMP, this.text(started.known));
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const text = getter.get(carrier, STAMP);
    const mark = getter.get(carrier, MARK);
    if (typeof text !== 'string' || typeof mark !== 'string' || !STAMP_FORMAT.test(text)) return context;
    return context.setValue(TEXT, new Message(text, carrier as object));
  }

  fields(): string[] {
    return [MARK, STAMP];
  }

  private watch({ request, response }: Exchange<ServerResponse, IncomingMessage>): void {
    if (request.headers[STAMP] === undefined) return;
    const wrapped = response as unknown as Wrapped;
    const { writeHead } = wrapped;
    const reply = (): void => this.reply(request, response);
    wrapped.writeHead = function (this: ServerResponse, ...args: unknown[]) {
      reply();
      return writeHead.apply(this, args);
    };
  }

  /** The reply is an event of its own, at the time at which its head is written. */
  private reply({ headers }: IncomingMessage, response: ServerResponse): void {
    const started = this.received.get(headers);
    if (started === undefined) return;
    const tick = this.advance(started.known);
    started.span?.setAttribute(ATTRIBUTE.replyLamport, tick);
    started.span?.setAttribute(ATTRIBUTE.replyTick, tick);
    response.setHeader(STAMP, this.text(started.known));
  }

  private hear({ request, response }: Exchange<IncomingMessage, ClientRequest>): void {
    const parent = request.getHeader('traceparent') as string;
    const spanId = parent.slice(36, 52);
    const started = this.awaited.get(spanId);
    const at = response.rawHeaders.indexOf(STAMP);
    const text = response.rawHeaders[at + 1];
    if (started === undefined || at < 0 || text === undefined || !STAMP_FORMAT.test(text)) return;
    this.awaited.delete(spanId);
    started.known.others = vectorOf(text);
  }

  private advance(known: Trace): number {
    known.millis = this.now();
    return ++known.tick;
  }

  private text({ domain, tick, millis, others }: Trace): string {
    const seconds = secondsOfMillis(millis);
    const time = hexOfHalves(seconds, fractionOfMillis(millis, seconds));
    return `1!${domain}!${tick}!${time}!0!${others === '' ? '' : `${others}~`}${this.node}*${tick}`;
  }

  onEnd(): void {
    // Nothing is let go of: a start is kept as long as its span.
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

class Message {
  constructor(
    readonly text: string,
    readonly carrier: object,
  ) {}
}

interface Wrapped {
  writeHead: (this: ServerResponse, ...args: unknown[]) => ServerResponse;
}

interface Exchange<Response, Request> {
  readonly request: Request;
  readonly response: Response;
}
