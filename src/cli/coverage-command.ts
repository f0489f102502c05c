/** `otel-causality coverage`: how far stamps reach, and where they get lost. */
import { CausalGraph } from '../analysis/graph/causal-graph.js';
import { coverage } from '../analysis/findings/coverage.js';
import { coverageText } from '../analysis/reports/coverage-text.js';
import { type Command, FORMAT_OPTION, FORMATS, GRAPH_OPTION, GRAPH_ORDERS } from './command.js';
import { readSpans } from './read-spans.js';
import { wantedOf } from './source-options.js';

export const coverageCommand: Command = {
  name: 'coverage',
  says: 'how far stamps reach, where they get lost and the likely reason',
  options: [FORMAT_OPTION, GRAPH_OPTION],
  notes: [
    'For rolling the library out: what share of spans carries stamps, by service; between which services they arrive, ' +
      'and come back with replies; and for what share of pairs of spans that proves an order.',
  ],
  examples: [
    'otel-causality coverage traces.jsonl',
    'otel-causality coverage --jaeger http://localhost:16686 --service checkout',
  ],
  async run(args, { out, err }) {
    const format = args.choice('format', FORMATS, 'text');
    const order = args.choice('order', GRAPH_ORDERS, 'process');
    const found = coverage(CausalGraph.of(await readSpans(wantedOf(args), err), { order }));
    if (format === 'json') await out.json(found);
    else await out.lines(coverageText(found, out.columns, out.paint));
    return 0;
  },
};
