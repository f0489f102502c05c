export { type HttpRepliesOptions, installHttpReplies } from './http-replies.js';
