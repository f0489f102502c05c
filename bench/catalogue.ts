/** Every experiment by name. Each runs in processes of its own, so that none optimises the code for another. */
import { bothDirections } from './experiments/both-directions.js';
import { delivery } from './experiments/delivery.js';
import { extracts } from './experiments/extract.js';
import { spanFloors, timeFloor } from './experiments/floors.js';
import { hybrid } from './experiments/hybrid.js';
import { bothDirectionsFloor, messageFloors } from './experiments/message-floors.js';
import { injects } from './experiments/inject.js';
import { unsampledFloor, unsampledRequests, wholeRequests } from './experiments/requests.js';
import { serialization, serializationFloor, timestamps } from './experiments/serialization.js';
import { flatInEntries, spans } from './experiments/spans.js';
import { traceDomains } from './experiments/trace-domains.js';
import { twoProcesses } from './experiments/two-processes.js';
import { textFloor, vectors } from './experiments/vectors.js';
import { logs } from './experiments/logs.js';
import { memory } from './experiments/memory.js';
import { type Effort, type Experiment, measure, type Measurement, type Samples } from './measure.js';

/** Samples where several processes share the rounds, a measurement where an experiment sees to its own. */
type Measuring = (effort: Effort) => Promise<Samples | Measurement>;

const inRounds =
  (experiment: () => Experiment) =>
  (effort: Effort): Promise<Samples> =>
    measure(experiment(), effort);

export const CATALOGUE: Readonly<Record<string, Measuring>> = {
  'spans-1': inRounds(() => spans(1, {})),
  'spans-10': inRounds(() => spans(10, { standard: 1.45, lean: 1.35 })),
  'spans-40': inRounds(() => spans(40, { standard: 1.5 })),
  'spans-flat': inRounds(flatInEntries),
  'inject-1': inRounds(() => injects(1)),
  'inject-10': inRounds(() => injects(10, 0.5)),
  'inject-40': inRounds(() => injects(40, 0.5)),
  'extract-1': inRounds(() => extracts(1)),
  'extract-10': inRounds(() => extracts(10, 1)),
  'extract-40': inRounds(() => extracts(40, 2.5)),
  'both-directions': inRounds(bothDirections),
  requests: inRounds(wholeRequests),
  unsampled: inRounds(unsampledRequests),
  'two-processes': twoProcesses,
  'serialization-3': inRounds(() => serialization(3, { standard: 1.5, lean: 1.3 })),
  'serialization-10': inRounds(() => serialization(10, { standard: 1.8, lean: 1.3 })),
  'serialization-40': inRounds(() => serialization(40, { lean: 1.3 })),
  'logs-1': inRounds(() => logs(1)),
  'logs-10': inRounds(() => logs(10)),
  'logs-40': inRounds(() => logs(40)),
  timestamps: inRounds(() => timestamps(3)),
  'vectors-3': inRounds(() => vectors(3, 1 / 5)),
  'vectors-10': inRounds(() => vectors(10, 1 / 10)),
  'vectors-40': inRounds(() => vectors(40, 1 / 10)),
  'vectors-1000': inRounds(() => vectors(1000, 1 / 10)),
  delivery: inRounds(delivery),
  hybrid: inRounds(hybrid),
  'floors-spans-10': inRounds(() => spanFloors(10, { standard: 1.45, lean: 1.35 })),
  'floors-spans-40': inRounds(() => spanFloors(40, { standard: 1.5 })),
  'floors-messages-10': inRounds(() => messageFloors(10, { inject: 0.5, extract: 1 })),
  'floors-messages-40': inRounds(() => messageFloors(40, { inject: 0.5, extract: 2.5 })),
  'floors-both-directions': inRounds(bothDirectionsFloor),
  'floors-unsampled': inRounds(unsampledFloor),
  'floors-serialization-10': inRounds(() => serializationFloor(10, 1.3)),
  'floors-serialization-40': inRounds(() => serializationFloor(40, 1.3)),
  'floors-text-3': inRounds(() => textFloor(3, 0.2)),
  'floors-text-10': inRounds(() => textFloor(10, 0.1)),
  'floors-time': inRounds(timeFloor),
  'trace-domains': traceDomains,
  memory,
};
