export { type CausalStamp, compareStamps, type StampRelation } from '../clocks/stamp.js';
export { type EventStamp, type ReadAttributes, readSpanStamps, type SpanStamps } from '../codec/span-stamps.js';
export { relateSpans, type SpanRelation } from './span-relation.js';
