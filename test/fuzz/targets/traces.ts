import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { findAnomalies } from '../../../src/analysis/findings/find-anomalies.js';
import { ReadTracesError } from '../../../src/analysis/readers/formats/problems.js';
import { readTraces } from '../../../src/analysis/readers/read-traces.js';
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import { traceDocuments } from '../seeds.js';
import { must, type Target } from './target.js';

const VALUE_BYTES = 65_536;
const COMPARED = 24;
const HEX = /^[0-9a-f]+$/;

/** Recorded traces in any format: what can be read gives a graph whose order is a linear extension of itself. */
export const traces: Target = {
  name: 'traces',
  seeds: traceDocuments(),
  words: [
    '"resourceSpans":[',
    '"resourceLogs":[',
    '"scopeSpans":[',
    '"spans":[',
    '"traceId":"',
    '"spanId":"',
    '"parentSpanId":"',
    '"links":[',
    '"startTimeUnixNano":',
    '"batches":[',
    '"trace":{',
    '"result":{',
    '"data":[{',
    '"processes":{',
    '"references":[',
    '"shared":true',
    '"localEndpoint":{',
    '{"key":"causality.tick","value":{"intValue":"1"}}',
    '{"key":"causality.vector","value":{"stringValue":"a=1"}}',
    '9007199254740993',
    '"__proto__":',
    '\n',
    'null',
  ],
  async run(input) {
    const spans: RecordedSpan[] = [];
    try {
      for await (const span of readTraces([input], { name: 'fuzz', limits: { valueBytes: VALUE_BYTES } }))
        spans.push(span);
    } catch (error) {
      if (!(error instanceof ReadTracesError)) throw error;
      return;
    }
    for (const { traceId, spanId, startNanos, endNanos } of spans) {
      must(traceId.length === 32 && HEX.test(traceId) && spanId.length === 16 && HEX.test(spanId), 'ids are ids');
      must(typeof startNanos === 'bigint' && typeof endNanos === 'bigint', 'times are integers');
    }
    const graph = CausalGraph.of(spans);
    const order = graph.order().slice(0, COMPARED);
    for (const [i, later] of order.entries()) {
      for (const earlier of order.slice(0, i)) {
        must(graph.relation(later, earlier) !== 'before', 'no effect stands before its cause');
      }
    }
    findAnomalies(graph);
  },
};
