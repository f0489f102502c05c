/** An analysis that takes back too many "unknown"s on purpose. As broken-clocks.ts. */
import { HiddenCalls } from '../../src/analysis/happens-before/hidden-calls.js';
import { LogPaths } from '../../src/analysis/happens-before/log-paths.js';
import { Predecessors } from '../../src/analysis/happens-before/predecessors.js';
import { WHOLE_TRACES } from './arbitrary-programs.js';
import { type Breakage, replacing } from './broken-clocks.js';

export const GRAPH_BREAKAGES: readonly Breakage[] = [
  {
    name: 'missing parents and lost entries of whole traces hide nothing',
    focus: WHOLE_TRACES,
    during: replacing(HiddenCalls, { mayHideMore: () => () => false }),
  },
  {
    name: 'what leads to a hidden call and comes back from one is taken for unrelated to it',
    focus: WHOLE_TRACES,
    during: replacing(HiddenCalls, {
      exclude: () =>
        function (this: HiddenCalls, group: number) {
          return this.explain(group);
        },
    }),
  },
  {
    name: 'no log can have left with a message that its node sent after it',
    focus: { commands: { log: 3 } },
    during: replacing(LogPaths, { exclude: () => () => true }),
  },
  {
    name: 'the graph does not look into the vectors of stamps',
    during: replacing(Predecessors, { hasHeard: () => () => false }),
  },
];
