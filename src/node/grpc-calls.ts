/**
 * gRPC as far as replies need it, by its shape: `@grpc/grpc-js` is nobody's dependency here.
 *
 * Hazard: these are the interceptor interfaces of grpc-js 1.10 and later (the servers' exist since then).
 */

/** Names and values that go ahead of a call's messages, or behind them as trailers. */
export interface GrpcMetadata {
  get(key: string): readonly unknown[];
  set(key: string, value: string): void;
  remove(key: string): void;
  clone(): GrpcMetadata;
}

export interface GrpcStatus {
  readonly metadata?: GrpcMetadata | null;
}

export interface GrpcMethod {
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/** The parts of a call that a client's interceptor takes part in. */
export interface ClientRequester {
  start(metadata: GrpcMetadata, listener: object, next: (metadata: GrpcMetadata, listener: object) => void): void;
  halfClose(next: () => void): void;
}

export interface ClientListener {
  onReceiveMetadata(metadata: GrpcMetadata, next: (metadata: GrpcMetadata) => void): void;
  onReceiveMessage(message: unknown, next: (message: unknown) => void): void;
  onReceiveStatus(status: GrpcStatus, next: (status: GrpcStatus) => void): void;
}

/** The parts of a call that a server's interceptor takes part in. */
export interface ServerResponder {
  start(next: (listener: object) => void): void;
  sendMetadata(metadata: GrpcMetadata, next: (metadata: GrpcMetadata) => void): void;
  sendStatus(status: GrpcStatus, next: (status: GrpcStatus) => void): void;
}

/** What of the module `@grpc/grpc-js` is used: `import * as grpc from '@grpc/grpc-js'` has it. */
export interface GrpcModule<C, S> {
  /** Wraps a client's call. */
  readonly InterceptingCall: new (
    nextCall: never,
    requester: never,
  ) => C;
  /** Wraps a server's call; absent before 1.10. */
  readonly ServerInterceptingCall: new (
    nextCall: never,
    responder: never,
  ) => S;
  /** Makes trailers where the application gave none. */
  readonly Metadata: new () => unknown;
}
