/** What an instrumented service needs, in Node and in browsers: the clocks, the propagator, the processor. */
export { ClockId } from './clocks/clock-id.js';
export {
  CorrelationVector,
  type CreateCorrelationVectorOptions,
  type ReplacedVector,
} from './clocks/correlation-vector.js';
export type { CorrelationVectorVersion } from './clocks/correlation-vector-format.js';
export type {
  CorrelationVectorSource,
  SpinEntropy,
  SpinInterval,
  SpinParameters,
  SpinPeriodicity,
} from './clocks/correlation-vector-spin.js';
export type { TraceparentOptions } from './clocks/correlation-vector-traceparent.js';
export { InvalidValueError } from './clocks/errors.js';
export {
  ClockDriftError,
  HybridLogicalClock,
  type HybridLogicalClockOptions,
} from './clocks/hybrid-logical-clock.js';
export { HybridTimestamp } from './clocks/hybrid-timestamp.js';
export { LamportClock, LamportTimestamp } from './clocks/lamport-clock.js';
export { Ntp64 } from './clocks/ntp64.js';
export type { RandomBytes } from './clocks/node-id.js';
export type { PhysicalClock } from './clocks/physical-clock.js';
export { inverseRelation } from './clocks/relation.js';
export { type CausalStamp, compareStamps, type StampRelation } from './clocks/stamp.js';
export { VectorClock } from './clocks/vector-clock.js';
export { parseVector } from './clocks/vector-text.js';
export { type Relation, VectorTimestamp } from './clocks/vector-timestamp.js';
export { StampFormatError, type StampProblem } from './codec/stamp-format-error.js';
export { formatStamp, parseStamp } from './codec/wire-text.js';
export {
  CausalTimestampExporter,
  type TimedSpan,
  type WrappedExporter,
} from './otel/causal-timestamp-exporter.js';
export { CausalClock } from './otel/causal-clock.js';
export type {
  AttributeMode,
  CausalClockOptions,
  CausalityScope,
  ClockSettings,
  PlainHops,
  Trust,
} from './otel/clock-options.js';
export type { CausalityCounters, IncompleteReason, RefusalReason } from './otel/counters.js';
export { type FetchRepliesOptions, installFetchReplies } from './otel/fetch-replies.js';
export { getCausalStamp } from './otel/get-causal-stamp.js';
export { type ManualReplies, manualReplies, type ManualRepliesOptions } from './otel/manual-replies.js';
export { observeCausality, type ObserveCausalityOptions } from './otel/observe-causality.js';
export { CausalityPropagator, type CausalityPropagatorOptions } from './otel/propagator.js';
export type { AttributeSink } from './codec/vector-attribute.js';
export type { Resourced } from './otel/service-name.js';
export type { StartedSpan } from './otel/records.js';
export {
  CausalitySpanProcessor,
  type CausalitySpanProcessorOptions,
  type EndedSpan,
} from './otel/span-processor.js';
