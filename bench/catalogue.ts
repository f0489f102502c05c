/** Every experiment by name. Each is made in a process of its own, so that none optimises the code for another. */
import { extracts } from './experiments/extract.js';
import { injects } from './experiments/inject.js';
import { bothDirections, unsampledRequests, wholeRequests } from './experiments/requests.js';
import { flatInEntries, spans } from './experiments/spans.js';
import type { Experiment } from './measure.js';

export const CATALOGUE: Readonly<Record<string, () => Experiment>> = {
  'spans-1': () => spans(1, {}),
  'spans-10': () => spans(10, { standard: 1.45, lean: 1.35 }),
  'spans-40': () => spans(40, { standard: 1.5 }),
  'spans-flat': flatInEntries,
  'inject-1': () => injects(1),
  'inject-10': () => injects(10, 0.5),
  'inject-40': () => injects(40, 0.5),
  'extract-1': () => extracts(1),
  'extract-10': () => extracts(10, 1),
  'extract-40': () => extracts(40, 2.5),
  'both-directions': bothDirections,
  requests: wholeRequests,
  unsampled: unsampledRequests,
};
