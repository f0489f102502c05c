/**
 * Recorded traces read, put into causal order, judged and shown. The exports stand in the order of the rooms that they
 * come from.
 */
export type { Ntp64 } from '../clocks/ntp64.js';
export { type CausalStamp, compareStamps, type StampRelation } from '../clocks/stamp.js';
export type { Relation, VectorTimestamp } from '../clocks/vector-timestamp.js';
export { type EventStamp, type ReadAttributes, readSpanStamps, type SpanStamps } from '../codec/span-stamps.js';
export type {
  AttributeRecord,
  AttributeValue,
  Origin,
  RecordedKind,
  RecordedLog,
  RecordedLink,
  RecordedSpan,
} from './recorded.js';
export type {
  BackendQuery,
  BackendSource,
  JaegerSource,
  TempoSource,
  ZipkinSource,
} from './readers/sources/backends.js';
export type { ByteStream } from './readers/sources/byte-source.js';
export { readDocument } from './readers/formats/document.js';
export { type ReadProblem, ReadTracesError } from './readers/formats/problems.js';
export { readTraces, type ReadTracesOptions, type TraceSource } from './readers/read-traces.js';
export type { Basis, EdgeKind, GraphOrder } from './happens-before/order-terms.js';
export { relateSpans, type SpanRelation } from './happens-before/span-relation.js';
export { CausalGraph } from './graph/causal-graph.js';
export type {
  CausalCut,
  CausalEdge,
  CausalEvent,
  CausalLog,
  CausalMoment,
  CausalNode,
  CausalSpan,
  EventKind,
  GraphOptions,
  WithLogs,
} from './graph/graph-model.js';
export {
  type Coverage,
  coverage,
  type EdgeCoverage,
  type LossReason,
  type ServiceCoverage,
} from './findings/coverage.js';
export { findAnomalies } from './findings/find-anomalies.js';
export type {
  Access,
  Anomalies,
  AnomalyOptions,
  Finding,
  IdentityClash,
  Incomplete,
  IncompleteCause,
  Inversion,
  InversionSummary,
  MissingParent,
  MissingTicks,
  Race,
  Skew,
} from './findings/findings.js';
export type { OrderingShares } from './findings/ordering-shares.js';
export {
  type CorrectedTraces,
  type CorrectionReport,
  correctTimestamps,
  type NodeOffset,
} from './correction/correct-timestamps.js';
export { writeOtlpJson } from './exports/write-otlp-json.js';
export { type DiagramOptions, renderDiagram } from './diagram/render-diagram.js';
export { CausalConsoleExporter, type ConsoleExporterOptions } from './live/causal-console-exporter.js';
export type { ExportedSpan } from './live/exported-span.js';
