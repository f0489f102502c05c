export { type CausalStamp, compareStamps, type StampRelation } from '../clocks/stamp.js';
export { type EventStamp, type ReadAttributes, readSpanStamps, type SpanStamps } from '../codec/span-stamps.js';
export { CausalGraph } from './causal-graph.js';
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
} from './findings.js';
export type {
  Basis,
  CausalEdge,
  CausalEvent,
  CausalNode,
  CausalSpan,
  EdgeKind,
  EventKind,
  GraphOptions,
  GraphOrder,
} from './graph-model.js';
export { relateSpans, type SpanRelation } from './span-relation.js';
