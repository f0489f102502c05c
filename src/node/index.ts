/** Replies, where Node or a library of Node carries them: HTTP and gRPC. */
export type { GrpcModule } from './grpc-calls.js';
export { type GrpcReplies, grpcReplies, type GrpcRepliesOptions } from './grpc-replies.js';
export { type HttpRepliesOptions, installHttpReplies } from './http-replies.js';
