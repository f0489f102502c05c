/** `otel-causality order`: each trace in causal order, with a lane for each node. */
import { CausalGraph } from '../analysis/graph/causal-graph.js';
import { storyAsData } from '../analysis/reports/story-data.js';
import { textStory } from '../analysis/reports/text-story.js';
import { type TraceStory, traceStories } from '../analysis/reports/trace-story.js';
import { findAnomalies } from '../analysis/findings/find-anomalies.js';
import { type Command, FORMAT_OPTION, FORMATS, GRAPH_OPTION, GRAPH_ORDERS } from './command.js';
import { readTelemetry } from './read-spans.js';
import { wantedOf } from './source-options.js';
import { bigintsAsText } from './streams.js';

const MOST_COLUMNS = 1000;

export const orderCommand: Command = {
  name: 'order',
  says: 'each trace in causal order, with a lane for each node',
  options: [
    FORMAT_OPTION,
    GRAPH_OPTION,
    { name: 'columns', value: 'N', says: "width of the text (default: the terminal's, else 100)" },
  ],
  notes: [
    'Each line is an event: a span starts ┬, replies ◆ or ends ┴, or does all of it at once ●. Events come in causal order: ' +
      'no effect stands above a cause. Logs (▪) stand among them. An arrow is a message or a reply; dashed ╌▶ where it is derived instead of stamped.',
    '# counts the events, L is Lamport time, wall ms is what the clock of that node said, relative to the first event. ' +
      '✗ marks an effect that wall time puts before its cause, ~ one within what its clock can tell, ≠ a race.',
  ],
  examples: [
    'otel-causality order traces.jsonl',
    'otel-causality order --jaeger http://localhost:16686 --service checkout --since 15m --limit 3',
    'otel-causality order --format json --trace 4bf92f35 traces.jsonl',
  ],
  async run(args, { out, err }) {
    const format = args.choice('format', FORMATS, 'text');
    const order = args.choice('order', GRAPH_ORDERS, 'process');
    const columns = args.integer('columns', 80, MOST_COLUMNS) ?? out.columns;
    const { spans, logs } = await readTelemetry(wantedOf(args), err);
    const graph = CausalGraph.of(spans, { order, logs });
    const stories = traceStories(graph, findAnomalies(graph));
    if (format === 'json') await out.lines(jsonLines(stories));
    else await out.lines(textLines(stories, { columns, paint: out.paint }));
    return 0;
  },
};

function* textLines(stories: Iterable<TraceStory>, options: Parameters<typeof textStory>[1]): Generator<string> {
  let isFirst = true;
  for (const story of stories) {
    if (!isFirst) yield '';
    isFirst = false;
    yield* textStory(story, options);
  }
}

/** One document, written trace by trace: as a whole it may be longer than a string can be. */
function* jsonLines(stories: Iterable<TraceStory>): Generator<string> {
  yield '{"traces":[';
  let before: string | undefined;
  for (const story of stories) {
    if (before !== undefined) yield `${before},`;
    before = JSON.stringify(storyAsData(story), bigintsAsText);
  }
  if (before !== undefined) yield before;
  yield ']}';
}
