/**
 * Replies of gRPC calls: a pair of interceptors that carry the server's stamp in its metadata and its trailers.
 *
 * Guarantee: the trailers come last, so their stamp knows all that any message of the call may have told; it is merged
 * before the client's span ends. Messages of a response stream come before it: from the first one, or a head without a
 * stamp, to the trailers what the client stamps and sends in this trace is incomplete, and nothing afterwards. A call
 * that ends without a stamp (cancelled, timed out, no such interceptor there) makes the trace incomplete. Nothing here
 * throws.
 * Hazard: grpc-js repeats a failed call by itself where a retry policy says so, with the stamp of the first attempt.
 * The server that gets the repetition is told so by gRPC, and is incomplete. Messages of a request stream that pass on
 * what this process hears meanwhile are a hidden channel, as the body of an HTTP request is.
 */
import { context } from '@opentelemetry/api';
import { InvalidValueError } from '../clocks/errors.js';
import { takeMember } from '../codec/list-members.js';
import { MEMBER } from '../otel/arrival.js';
import type { CausalClock } from '../otel/causal-clock.js';
import { repliesOf } from '../otel/clock-replies.js';
import { isDisabled } from '../otel/clock-options.js';
import { clockOption } from '../otel/span-processor.js';
import type {
  ClientListener,
  ClientRequester,
  GrpcMetadata,
  GrpcMethod,
  GrpcModule,
  ServerResponder,
} from './grpc-calls.js';
import { parentSpanIn } from './outgoing-parent.js';

const PREVIOUS_ATTEMPTS = 'grpc-previous-rpc-attempts';
const TRACESTATE = 'tracestate';

/** Everything is optional. */
export interface GrpcRepliesOptions {
  /** Default: the process-wide clock. */
  readonly clock?: CausalClock;
}

/** Interceptors for the two sides of gRPC calls. They need spans, which `@opentelemetry/instrumentation-grpc` makes. */
export interface GrpcReplies<C, S> {
  /** For `new Client(address, credentials, { interceptors: [client] })`. */
  readonly client: (options: unknown, nextCall: (options: never) => unknown) => C;
  /** For `new grpc.Server({ interceptors: [server] })`. */
  readonly server: (method: unknown, call: unknown) => S;
}

/**
 * Lets replies of gRPC calls carry stamps, so that the second of two calls made one after the other is after the
 * first's reply. Covers all four kinds of methods, errors included.
 *
 * @param grpc the module `@grpc/grpc-js`, 1.10 or later
 * Throws {@link InvalidValueError} for another module, and for a `clock` that is none.
 */
export function grpcReplies<C, S>(grpc: GrpcModule<C, S>, options: GrpcRepliesOptions = {}): GrpcReplies<C, S> {
  if (!isGrpc(grpc)) throw new InvalidValueError('grpc', grpc, 'the module @grpc/grpc-js, 1.10 or later');
  const clock = isDisabled() ? undefined : clockOption(options.clock);
  clock?.messages.watchCarriers('grpc');
  return {
    client: (callOptions, nextCall) => {
      const requester = clock === undefined ? {} : new HearingCall(clock, methodOf(callOptions)).requester;
      return new grpc.InterceptingCall(nextCall(callOptions as never) as never, requester as never);
    },
    server: (_method, call) => {
      const responder = clock === undefined ? {} : new ReplyingCall(clock, grpc).responder;
      return new grpc.ServerInterceptingCall(call as never, responder as never);
    },
  };
}

function isGrpc(grpc: unknown): boolean {
  if (typeof grpc !== 'object' || grpc === null) return false;
  const { InterceptingCall, ServerInterceptingCall, Metadata } = grpc as Readonly<Record<string, unknown>>;
  return [InterceptingCall, ServerInterceptingCall, Metadata].every((one) => typeof one === 'function');
}

function methodOf(callOptions: unknown): Partial<GrpcMethod> {
  return (callOptions as { readonly method_definition?: Partial<GrpcMethod> } | undefined)?.method_definition ?? {};
}

/** The application's call must go on whatever becomes of ours. */
function guarded(clock: CausalClock, act: () => void): void {
  try {
    act();
  } catch (error) {
    clock.events.error('a gRPC reply hook', error);
  }
}

/** One call of a client. */
class HearingCall {
  private spanId: string | undefined = undefined;
  private closeRequest: (() => void) | undefined = undefined;
  private closeReply: (() => void) | undefined = undefined;

  constructor(
    private readonly clock: CausalClock,
    private readonly method: Partial<GrpcMethod>,
  ) {}

  readonly requester: ClientRequester = {
    start: (metadata, _listener, next) => {
      guarded(this.clock, () => this.begin(metadata));
      next(metadata, this.listener);
    },
    halfClose: (next) => {
      next();
      guarded(this.clock, () => this.closeRequest?.());
    },
  };

  private readonly listener: ClientListener = {
    onReceiveMetadata: (metadata, next) => {
      guarded(this.clock, () => {
        const { spanId } = this;
        if (spanId === undefined || repliesOf(this.clock).hearHead(spanId, textIn(metadata, MEMBER))) return;
        // A head without a stamp may tell the application what only the trailers will tell us, if they do.
        this.closeReply ??= repliesOf(this.clock).openReply(spanId);
      });
      next(metadata);
    },
    onReceiveMessage: (message, next) => {
      if (this.method.responseStream !== false && this.closeReply === undefined) {
        guarded(this.clock, () => {
          if (this.spanId !== undefined) this.closeReply = repliesOf(this.clock).openReply(this.spanId);
        });
      }
      next(message);
    },
    onReceiveStatus: (status, next) => {
      guarded(this.clock, () => this.finish(textIn(status.metadata, MEMBER)));
      next(status);
    },
  };

  private begin(metadata: GrpcMetadata): void {
    // The span that the call itself names: the active one may be another's.
    this.spanId = parentSpanIn(textIn(metadata, 'traceparent'));
    if (this.spanId !== undefined && this.method.requestStream !== false) {
      this.closeRequest = repliesOf(this.clock).openRequest(this.spanId);
    }
  }

  private finish(text: string | undefined): void {
    this.closeRequest?.();
    this.closeReply?.();
    if (this.spanId !== undefined) this.clock.messages.hearReply(this.spanId, text);
  }
}

/** One call of a server. */
class ReplyingCall {
  /** What the call brought: the propagator extracts from this very object. */
  private received: GrpcMetadata | undefined = undefined;

  constructor(
    private readonly clock: CausalClock,
    private readonly grpc: { readonly Metadata: new () => unknown },
  ) {}

  readonly responder: ServerResponder = {
    start: (next) => {
      next({
        onReceiveMetadata: (metadata: GrpcMetadata, pass: (metadata: GrpcMetadata) => void) => {
          guarded(this.clock, () => this.receive(metadata));
          pass(metadata);
        },
      });
    },
    sendMetadata: (metadata, next) => {
      next(this.stamped(metadata, false) ?? metadata);
    },
    sendStatus: (status, next) => {
      const metadata = this.stamped(status.metadata ?? undefined, true);
      next(metadata === undefined ? status : { ...status, metadata });
    },
  };

  private receive(metadata: GrpcMetadata): void {
    this.received = metadata;
    const tracestate = textIn(metadata, TRACESTATE);
    if (tracestate === undefined || textIn(metadata, PREVIOUS_ATTEMPTS) === undefined) return;
    // A repetition: the sender has heard of the first attempt's failure since it wrote this stamp. Without the mark
    // that vouches for it, the stamp is merged and the rest is unknown.
    const { rest } = takeMember(tracestate, MEMBER);
    if (rest === undefined || rest === '') metadata.remove(TRACESTATE);
    else metadata.set(TRACESTATE, rest);
  }

  /**
   * A copy with the stamp in it, as the application may send its own object to others; undefined where the call's
   * stamp was not accepted.
   */
  private stamped(metadata: GrpcMetadata | undefined, isFinal: boolean): GrpcMetadata | undefined {
    let copy: GrpcMetadata | undefined;
    guarded(this.clock, () => {
      if (this.received === undefined) return;
      const parentSpanId = parentSpanIn(textIn(this.received, 'traceparent'));
      const active = { context: context.active(), parentSpanId };
      const text = repliesOf(this.clock).reply(this.received, active, isFinal)?.text;
      if (text === undefined) return;
      copy = metadata?.clone() ?? (new this.grpc.Metadata() as GrpcMetadata);
      copy.set(MEMBER, text);
    });
    return copy;
  }
}

/** A value that is there once. */
function textIn(metadata: GrpcMetadata | null | undefined, key: string): string | undefined {
  const values = metadata?.get(key) ?? [];
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : undefined;
}
