/**
 * Judges a history: causal consistency with session guarantees, no acknowledged write lost, convergence.
 *
 * Guarantee: it uses what clients sent and saw, and the happens-before graph made of that; not the store's vectors,
 * tokens or versions. A finding is a proof: the requests it names contradict each other.
 * What it takes as given: a write replaces exactly what its context had seen (see HappensBefore.saw), and whatever else
 * is written to a key stands beside it.
 */
import { HappensBefore } from './happens-before.js';
import type { HistoryRecord } from './history.js';

export type Violation =
  | 'read-your-writes'
  | 'monotonic-reads'
  | 'monotonic-writes'
  | 'writes-follow-reads'
  | 'causal-past-missing'
  | 'overwritten-value-read'
  | 'phantom-value'
  | 'refused-write-took-effect'
  | 'version-shown-twice'
  | 'circle'
  | 'lost-write'
  | 'divergence'
  | 'final-read-failed';

export interface HistoryFinding {
  readonly violation: Violation;
  readonly message: string;
}

/** All contradictions in a history; none for a history that a causally consistent store can have produced. */
export function checkHistory(records: readonly HistoryRecord[]): HistoryFinding[] {
  const graph = new HappensBefore(records);
  const found: HistoryFinding[] = graph.circular.map((record) => ({
    violation: 'circle',
    message: `${name(record)} is before itself`,
  }));
  if (found.length > 0) return found;
  const writesOfKey = new Map<string, HistoryRecord[]>();
  for (const record of records) {
    if (record.kind === 'get') continue;
    writesOfKey.set(record.key, [...(writesOfKey.get(record.key) ?? []), record]);
  }
  for (const reply of records) {
    if (reply.outcome !== 'ok') continue;
    found.push(...checkShown(graph, reply), ...checkPast(graph, reply, writesOfKey.get(reply.key) ?? []));
  }
  for (const [key, writes] of writesOfKey) found.push(...checkFinal(graph, key, writes));
  return found;
}

const name = (record: HistoryRecord): string =>
  `${record.kind} ${record.id} of ${record.key} (${record.session} at ${record.node})`;

/** Each version of a reply: it exists, it is the right one, and nothing that the reader knows of has replaced it. */
function checkShown(graph: HappensBefore, reply: HistoryRecord): HistoryFinding[] {
  const found: HistoryFinding[] = [];
  const report = (violation: Violation, message: string): void => {
    found.push({ violation, message: `${name(reply)} shows ${message}` });
  };
  const before = new Set<string>();
  for (const { request, value } of reply.shown) {
    if (before.has(request)) report('version-shown-twice', `${request} twice`);
    before.add(request);
    const write = graph.record(request);
    if (write === undefined || write.kind === 'get' || write.key !== reply.key || (write.value ?? null) !== value) {
      report('phantom-value', `${value} of ${request}, which nobody wrote so`);
    } else if (write.invokedAt > (reply.respondedAt ?? Number.POSITIVE_INFINITY)) {
      report('phantom-value', `${request}, which was written later`);
    } else if (write.outcome === 'refused') {
      report('refused-write-took-effect', `${request}, which was refused`);
    }
  }
  // What replaced it may be anything in the past of the reply, shown or not.
  for (const over of graph.records) {
    if (over.kind === 'get' || over.key !== reply.key || !graph.beforeResponse(over, reply)) continue;
    for (const { request } of reply.shown) {
      if (graph.saw(over).has(request) && over.id !== request) {
        report('overwritten-value-read', `${request}, which ${over.id} in its past had replaced`);
      }
    }
  }
  return found;
}

/** Each write in the past of a request is shown by its reply, or something that replaced it is. */
function checkPast(graph: HappensBefore, reply: HistoryRecord, writes: readonly HistoryRecord[]): HistoryFinding[] {
  const found: HistoryFinding[] = [];
  for (const write of writes) {
    if (write === reply || !graph.beforeInvocation(write, reply)) continue;
    if (isAccountedFor(graph, write, reply)) continue;
    // A put that replaces what it saw accounts for it by itself.
    if (reply.kind !== 'get' && graph.saw(reply).has(write.id)) continue;
    const violation = kindOfMissing(graph, write, reply);
    found.push({ violation, message: `${name(reply)} does not show ${write.id}, which is in its past` });
  }
  return found;
}

function isAccountedFor(graph: HappensBefore, write: HistoryRecord, reply: HistoryRecord): boolean {
  return reply.shown.some(({ request }) => {
    if (request === write.id) return true;
    const shown = graph.record(request);
    return shown !== undefined && graph.saw(shown).has(write.id);
  });
}

/**
 * Which promise was broken. The four session guarantees together are causal consistency; what none of them names by
 * itself is a longer chain, through writes that the reader's session was not shown.
 */
function kindOfMissing(graph: HappensBefore, write: HistoryRecord, reply: HistoryRecord): Violation {
  if (write.session === reply.session && graph.replyBefore(write, reply)) return 'read-your-writes';
  const shows = (record: HistoryRecord, { id }: HistoryRecord): boolean =>
    record.shown.some((one) => one.request === id);
  const heard = graph.records.filter((read) => read.session === reply.session && graph.replyBefore(read, reply));
  if (heard.some((read) => shows(read, write))) return 'monotonic-reads';
  const later = graph.records.filter((next) => next.kind !== 'get' && heard.some((read) => shows(read, next)));
  if (later.some((next) => next.session === write.session && graph.replyBefore(write, next))) return 'monotonic-writes';
  const readers = graph.records.filter((read) => shows(read, write));
  if (later.some((next) => readers.some((read) => read.session === next.session && graph.replyBefore(read, next)))) {
    return 'writes-follow-reads';
  }
  return 'causal-past-missing';
}

/** After everything is healed: every node answers, all alike, and every acknowledged write is accounted for. */
function checkFinal(graph: HappensBefore, key: string, writes: readonly HistoryRecord[]): HistoryFinding[] {
  const found: HistoryFinding[] = [];
  const reads = graph.records.filter((record) => record.final && record.key === key);
  const answered = reads.filter(({ outcome }) => outcome === 'ok');
  for (const read of reads) {
    if (read.outcome !== 'ok')
      found.push({ violation: 'final-read-failed', message: `${name(read)}: ${read.outcome}` });
  }
  for (const write of writes) {
    if (write.outcome !== 'ok') continue;
    for (const read of answered) {
      if (isAccountedFor(graph, write, read)) continue;
      found.push({ violation: 'lost-write', message: `${name(write)} was acknowledged; ${read.node} has lost it` });
    }
  }
  const [first, ...others] = answered;
  for (const other of others) {
    if (first === undefined || versions(first) === versions(other)) continue;
    const message = `${key}: ${first.node} holds ${versions(first)}, ${other.node} holds ${versions(other)}`;
    found.push({ violation: 'divergence', message });
  }
  return found;
}

const versions = ({ shown }: HistoryRecord): string =>
  shown
    .map(({ request }) => request)
    .sort()
    .join(' ') || 'nothing';
