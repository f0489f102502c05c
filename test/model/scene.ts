/** What a program has brought about so far: contexts, spans, requests and replies, each with what the oracle knows. */
import type { Context, Span, SpanKind } from '@opentelemetry/api';
import type { Carrier } from '../support/fleet.js';
import type { Cause, EventFacts, MessageFacts, ReceivedFacts, StampFacts } from './facts.js';
import type { OpenBody } from './lane.js';
import type { EventSet } from './order-graph.js';
import type { Service } from './service.js';

/** A context of one process. */
export interface Spot {
  readonly service: Service;
  readonly context: Context;
  readonly trace: string;
  /** The span in it: its own, or the remote one that sent the request. */
  readonly spanId: string;
  readonly span: SpanFacts | undefined;
  /** That span, where the other clock of the process has made it. */
  readonly foreign: SpanFacts | undefined;
  /** The request that it goes back to. */
  readonly arrival: Delivery | undefined;
}

export interface SpanFacts {
  readonly name: string;
  readonly span: Span;
  readonly spot: Spot;
  readonly kind: SpanKind;
  /** Its start; undefined where the library did not stamp it. */
  readonly start: EventFacts | undefined;
  reply: EventFacts | undefined;
  end: EventFacts | undefined;
  live: boolean;
  /** What it links to: at its start, and added since. */
  readonly links: { readonly atStart: readonly Spot[]; readonly later: Spot[] };
  /** Replies that passed every hook by: they count from its end. */
  readonly unheard: Cause[];
}

/** A request on its way. */
export interface Request {
  readonly name: string;
  facts: MessageFacts;
  carrier: Carrier;
  readonly to: number;
  readonly sender: Spot;
  /** The sender's own events before it: whoever answers it knows them. */
  readonly own: EventSet;
  /** Its reply is heard by no hook. */
  passesBy: boolean;
  /** The same headers left twice: one inject, two replies. */
  repeated: boolean;
  /** It has come once at least. */
  came: boolean;
  /** The reply that its sender has heard. */
  answer: ReplyOnItsWay | undefined;
}

/** A request that has come. */
export interface Delivery extends ReceivedFacts {
  readonly request: Request;
  readonly service: Service;
  readonly carrier: Carrier;
  /** The first recorded server span in its context. */
  server: SpanFacts | undefined;
  replied: boolean;
  /** Its stamp claims what is not true, of the receiver only. */
  readonly isForged: boolean;
}

export interface ReplyOnItsWay {
  readonly name: string;
  /** Who replies. */
  readonly service: Service;
  /** What it answers. */
  readonly request: Request;
  readonly point: number;
  causes: readonly Cause[];
  stamp: StampFacts | undefined;
  text: string | undefined;
  /** Set while a body is under way. */
  stream: Stream | undefined;
  heard: boolean;
  /** Its stamp claims what is not true, of its client only. */
  isForged: boolean;
  /** Its stamp is that of another reply. */
  isMixedUp: boolean;
  /** The client took the stamp of its head. */
  accepted: boolean;
}

export interface Stream {
  readonly body: OpenBody;
  readonly close: () => void;
  /** The point at which its server ended it. */
  ended: Cause | undefined;
}
