export { InvalidValueError } from './clocks/errors.js';
export { Ntp64 } from './clocks/ntp64.js';
export { type CausalStamp, compareStamps, type StampRelation } from './clocks/stamp.js';
export { type Relation, VectorTimestamp } from './clocks/vector-timestamp.js';
