/** `otel-causality check`: everything that is wrong with the traces, and an exit code for those who automate it. */
import { CausalGraph } from '../analysis/graph/causal-graph.js';
import { findingData } from '../analysis/reports/finding-data.js';
import { findingsText } from '../analysis/reports/findings-text.js';
import { FINDING_CLASSES, type FindingClass, findingClasses } from '../analysis/findings/finding-classes.js';
import { findAnomalies } from '../analysis/findings/find-anomalies.js';
import type { Arguments } from './arguments.js';
import { type Command, FORMAT_OPTION, FORMATS, GRAPH_OPTION, GRAPH_ORDERS } from './command.js';
import { readTelemetry } from './read-spans.js';
import { wantedOf } from './source-options.js';

/** A tie within a clock's resolution is how clocks are, and what is incomplete is known to be: neither is a fault. */
const FAILING_BY_DEFAULT: readonly FindingClass[] = ['skew', 'missing', 'clash', 'race'];
const SHOWN_BY_DEFAULT = 10;
const MOST_SHOWN = 10_000;

export const checkCommand: Command = {
  name: 'check',
  says: 'what is wrong: lying clocks, lost events, races; exits with 1 if anything is',
  options: [
    FORMAT_OPTION,
    GRAPH_OPTION,
    {
      name: 'fail-on',
      value: 'LIST',
      says: `findings that make it exit with 1, by commas: ${FINDING_CLASSES.join(', ')}, all or none (default: ${FAILING_BY_DEFAULT.join(',')})`,
    },
    {
      name: 'show',
      value: 'N',
      says: `findings of each kind to list (default: ${SHOWN_BY_DEFAULT}; json: all, up to ${MOST_SHOWN})`,
    },
  ],
  notes: [
    'skew: wall time has an effect before its cause, by more than the clocks can tell. resolution: by less. ' +
      'missing: events that were stamped and not read, and spans whose parent was not read. ' +
      'clash: two processes with one identity. incomplete: stamps that say they may not know everything. ' +
      'race: two accesses of one resource, one of them a write, that nothing orders.',
    'Exit codes: 0 nothing of --fail-on was found, 1 something was, 2 nothing could be read or the command line is wrong.',
  ],
  examples: [
    'otel-causality check traces.jsonl',
    'otel-causality check --fail-on race,clash traces.jsonl     # in CI, where clocks do not matter',
    'otel-causality check --tempo http://localhost:3200 --service checkout --since 1d --format json',
  ],
  async run(args, { out, err }) {
    const format = args.choice('format', FORMATS, 'text');
    const order = args.choice('order', GRAPH_ORDERS, 'process');
    const failOn = failOnOf(args);
    const shown = args.integer('show', 0, MOST_SHOWN);
    const { spans, logs } = await readTelemetry(wantedOf(args), err);
    const graph = CausalGraph.of(spans, { order, logs });
    const anomalies = findAnomalies(graph, { limit: MOST_SHOWN });
    const classes = findingClasses(anomalies);
    const failed = classes.filter(({ name, count }) => count > 0 && failOn.has(name)).map(({ name }) => name);
    const traces = new Set(graph.spans.map(({ recorded }) => recorded.traceId)).size;
    const read = { spans: graph.spanCount, traces, nodes: graph.nodes.length };
    if (format === 'json') {
      await out.json({
        ...read,
        failed,
        totals: anomalies.totals,
        racesTruncated: anomalies.racesTruncated,
        truncatedResources: anomalies.truncatedResources,
        undecidedRaces: anomalies.undecidedRaces,
        inversionSummary: anomalies.inversionSummary,
        findings: classes.flatMap(({ findings }) => findings.slice(0, shown ?? MOST_SHOWN).map(findingData)),
        skews: anomalies.skews.map(findingData),
      });
    } else {
      const options = { columns: out.columns, paint: out.paint, shown: shown ?? SHOWN_BY_DEFAULT, failOn };
      await out.lines(findingsText(read, anomalies, options));
    }
    return failed.length > 0 ? 1 : 0;
  },
};

function failOnOf(args: Arguments): ReadonlySet<FindingClass> {
  const text = args.text('fail-on');
  if (text === undefined) return new Set(FAILING_BY_DEFAULT);
  if (text === 'all') return new Set(FINDING_CLASSES);
  if (text === 'none') return new Set();
  return new Set(
    text.split(',').map((part) => {
      const found = FINDING_CLASSES.find((one) => one === part.trim());
      if (found === undefined) {
        args.refuse(`--fail-on names ${JSON.stringify(part)}; it can name ${FINDING_CLASSES.join(', ')}, all or none`);
      }
      return found;
    }),
  );
}
