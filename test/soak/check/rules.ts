/** The rules that a run is held to, in the words in which a violation is reported. */
export const RULE = {
  wellFormed: 'every exported span carries well-formed stamps',
  ownEntry: "a stamp's own entry is its tick",
  rising: 'Lamport time and tick rise from start to reply and end',
  oneNode: 'an incarnation is one node, and a node is one incarnation',
  ticksOnce: 'no node uses a tick of a trace twice, and its ticks rise in the order in which things happened',
  noHole: 'ticks are consecutive but where a process was killed or dropped the trace',
  exported: 'every span that ended was exported once, but the one that a kill interrupted',
  ended: 'every span of a process that was not killed ends',
  before: 'before is said only of what happened before',
  concurrent: 'concurrent is said only where no promised way leads from one to the other',
  equal: 'two events are never called one',
  lamport: 'Lamport time is above that of all causes',
  hybrid: 'hybrid time is above that of all causes, where it is not marked as unordered',
  analysis: 'the analysis never answers wrongly what stamps leave unknown',
  known: 'where nothing went wrong nothing is unknown',
  answers: 'not everything is unknown',
  ledger: 'the ledgers fit together',
  heap: 'the heap is flat',
  errors: 'the library swallowed no exception',
  alive: 'a process ends only when it is told to',
} as const;

export type Rule = (typeof RULE)[keyof typeof RULE];
