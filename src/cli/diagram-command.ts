/** `otel-causality diagram`: the traces as one HTML page to look at and to search. */
import { CausalGraph } from '../analysis/graph/causal-graph.js';
import { MOST_DIAGRAM_LOGS } from '../analysis/diagram/pack-logs.js';
import { MOST_DIAGRAM_SPANS, renderDiagram } from '../analysis/diagram/render-diagram.js';
import { countText } from '../analysis/wording/durations.js';
import { findingClasses } from '../analysis/findings/finding-classes.js';
import { findAnomalies } from '../analysis/findings/find-anomalies.js';
import { oneLine } from '../analysis/one-line.js';
import type { RecordedLog, RecordedSpan } from '../analysis/recorded.js';
import { type Command, GRAPH_OPTION, GRAPH_ORDERS } from './command.js';
import { NothingReadError, readTelemetry } from './read-spans.js';
import { OUTPUT_OPTION, writeResult } from './result-file.js';
import { wantedOf } from './source-options.js';
import type { Output } from './streams.js';
import { UsageError } from './usage-error.js';

const ATTRIBUTES = ['all', 'none'] as const;

export const diagramCommand: Command = {
  name: 'diagram',
  says: 'one HTML page: lanes, arrows and findings, to look at and to search',
  options: [
    GRAPH_OPTION,
    {
      name: 'attributes',
      value: 'all|none',
      says: "whether the spans' attributes, and what logs say, are in the page (default: all); names and ids always are",
    },
    OUTPUT_OPTION,
  ],
  notes: [
    'The page needs no network and no file beside it: open it in a browser, attach it to an issue. It shows each trace on the ' +
      'axis of Lamport time, hybrid logical time or wall clocks; on the last one, what a lying clock has backwards runs ' +
      'backwards, in red. Choose an event to see what came before it, after it, and what is concurrent with it. Logs are small ' +
      'squares below the bars of their node.',
    `A page holds ${MOST_DIAGRAM_SPANS.toLocaleString('en')} spans at most; of more, the first traces that fit are shown. ` +
      `Of logs it has the first ${MOST_DIAGRAM_LOGS.toLocaleString('en')} in causal order. ` +
      'With --trace it is one.',
  ],
  examples: [
    'otel-causality diagram traces.jsonl --output diagram.html',
    'otel-causality diagram --tempo http://localhost:3200 --trace 4bf92f3577b34da6a3ce929d0e0e4736 -o diagram.html',
  ],
  async run(args, { out, err }) {
    const order = args.choice('order', GRAPH_ORDERS, 'process');
    const attributes = args.choice('attributes', ATTRIBUTES, 'all') === 'all';
    const path = args.text('output');
    const read = await readTelemetry(wantedOf(args), err);
    if (read.spans.length === 0) throw new NothingReadError('there are logs in it, but no spans to draw');
    const spans = firstTraces(read.spans, err);
    // Logs of traces that were left out are left out with them.
    const logs = spans === read.spans ? read.logs : logsOf(read.logs, spans);
    const graph = CausalGraph.of(spans, { order, logs });
    const anomalies = findAnomalies(graph);
    await writeResult(path, [renderDiagram(graph, { anomalies, attributes }).trimEnd()], out);
    if (path !== undefined && path !== '-') {
      const found = findingClasses(anomalies).reduce((sum, { count }) => sum + count, 0);
      const told = graph.logs.length === 0 ? '' : ` and ${countText(graph.logs.length, 'log')}`;
      const shown = `${countText(graph.spanCount, 'span')}${told} on ${countText(graph.nodes.length, 'node')}`;
      out.line(`${oneLine(path)}: ${shown}, ${countText(found, 'finding')}. Open it in a browser.`);
    }
    return 0;
  },
};

function logsOf(logs: readonly RecordedLog[], spans: readonly RecordedSpan[]): readonly RecordedLog[] {
  const shown = new Set<string | undefined>(spans.map(({ traceId }) => traceId));
  return logs.filter(({ traceId }) => shown.has(traceId));
}

/** Whole traces, in the order in which they were read, as many as a page holds. */
function firstTraces(spans: readonly RecordedSpan[], err: Output): readonly RecordedSpan[] {
  if (spans.length <= MOST_DIAGRAM_SPANS) return spans;
  const counts = new Map<string, number>();
  for (const { traceId } of spans) counts.set(traceId, (counts.get(traceId) ?? 0) + 1);
  const shown = new Set<string>();
  let room = MOST_DIAGRAM_SPANS;
  for (const [traceId, count] of counts) {
    if (count > room) break;
    room -= count;
    shown.add(traceId);
  }
  if (shown.size === 0) {
    throw new UsageError(
      `the first trace has ${counts.values().next().value} spans, and a page holds ${MOST_DIAGRAM_SPANS}; choose another with --trace`,
      'diagram',
    );
  }
  err.line(
    `A page holds ${MOST_DIAGRAM_SPANS} spans: it shows the first ${shown.size} of ${counts.size} traces. Choose with --trace or --limit.`,
  );
  return spans.filter(({ traceId }) => shown.has(traceId));
}
