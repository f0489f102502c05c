/** `otel-causality export`: the traces in other programs' formats. */
import { InvalidValueError } from '../clocks/errors.js';
import { CausalGraph } from '../analysis/graph/causal-graph.js';
import { correctTimestamps } from '../analysis/correction/correct-timestamps.js';
import { writeChromeTrace } from '../analysis/exports/chrome-trace.js';
import { writeShiviz } from '../analysis/exports/shiviz.js';
import { writeOtlpJson } from '../analysis/exports/write-otlp-json.js';
import type { Arguments } from './arguments.js';
import { type Command, GRAPH_OPTION, GRAPH_ORDERS } from './command.js';
import { readSpans } from './read-spans.js';
import { OUTPUT_OPTION, writeResult } from './result-file.js';
import { wantedOf } from './source-options.js';

const TARGETS = ['shiviz', 'perfetto', 'otlp'] as const;
const TIMES = ['corrected', 'wall'] as const;

export const exportCommand: Command = {
  name: 'export',
  says: 'for other programs: ShiViz, Perfetto with arrows, corrected OTLP JSON',
  options: [
    { name: 'to', value: TARGETS.join('|'), says: 'the format; there is no default' },
    {
      name: 'times',
      value: 'corrected|wall',
      says: 'of perfetto and otlp: shift lying clocks (default), or leave all as it is',
    },
    { ...GRAPH_OPTION, says: `of shiviz and perfetto: ${GRAPH_OPTION.says}` },
    OUTPUT_OPTION,
  ],
  notes: [
    'shiviz: open it at https://bestchai.bitbucket.io/shiviz/ with its file chooser, which finds the expressions in its first ' +
      'two lines. perfetto: open it at https://ui.perfetto.dev or chrome://tracing; they cannot draw arrows back in time, so ' +
      'with --times wall such arrows are left out. otlp: lines that a Collector, Jaeger or Tempo takes.',
  ],
  examples: [
    'otel-causality export --to shiviz traces.jsonl > shiviz.log',
    'otel-causality export --to perfetto traces.jsonl --output trace.json',
  ],
  async run(args, { out, err }) {
    if (args.text('to') === undefined) args.refuse(`say which format: --to ${TARGETS.join(', --to ')}`);
    const target = args.choice('to', TARGETS, 'otlp');
    const order = args.choice('order', GRAPH_ORDERS, 'process');
    const times = args.choice('times', TIMES, 'corrected');
    const path = args.text('output');
    const read = await readSpans(wantedOf(args), err);
    if (target === 'shiviz') {
      await writeResult(path, shivizLines(CausalGraph.of(read, { order }), args), out);
      return 0;
    }
    const spans = times === 'wall' ? read : correctTimestamps(read).spans;
    const lines = target === 'otlp' ? writeOtlpJson(spans) : writeChromeTrace(CausalGraph.of(spans, { order }));
    await writeResult(path, lines, out);
    return 0;
  },
};

function shivizLines(graph: CausalGraph, args: Arguments): Iterable<string> {
  try {
    return writeShiviz(graph);
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    return args.refuse(`this is too much for ShiViz. ${error.message}`);
  }
}
