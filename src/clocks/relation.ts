/** Turning a happens-before answer round. */
import type { Relation } from './vector-timestamp.js';

const INVERSE: Readonly<Record<Relation, Relation>> = {
  before: 'after',
  after: 'before',
  equal: 'equal',
  concurrent: 'concurrent',
};

/** How `b` stands to `a`, given how `a` stands to `b`. Its own inverse. */
export function inverseRelation(relation: Relation): Relation {
  return INVERSE[relation];
}
