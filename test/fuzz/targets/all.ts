import { attributes } from './attributes.js';
import { correlationVector } from './correlation-vector.js';
import { interop } from './interop.js';
import { listMembers } from './list-members.js';
import { message } from './message.js';
import { savedStates } from './saved-states.js';
import { stamp } from './stamp.js';
import type { Target } from './target.js';
import { times } from './times.js';
import { traces } from './traces.js';

/** Everything that takes what strangers send. */
export const TARGETS: readonly Target[] = [
  stamp,
  message,
  listMembers,
  attributes,
  times,
  correlationVector,
  interop,
  traces,
  savedStates,
];
