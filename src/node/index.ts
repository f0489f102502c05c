export type { GrpcModule } from './grpc-calls.js';
export { type GrpcReplies, grpcReplies, type GrpcRepliesOptions } from './grpc-replies.js';
export { type HttpRepliesOptions, installHttpReplies } from './http-replies.js';
export { type ManualReplies, manualReplies, type ManualRepliesOptions } from './manual-replies.js';
