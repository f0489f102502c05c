/**
 * Compares what the stamps say with what really happened, for every pair of events of a run.
 *
 * Guarantee: exact. *before* and *after* must be true, *concurrent* must be true, a path of stamped messages must be
 * found, and *unknown* must be owed to a rule that made one of the two events incomplete.
 */
import { compareStamps, type StampRelation } from '../../src/clocks/stamp.js';
import type { EventFacts } from './facts.js';
import { Happenings } from './happenings.js';
import { includes } from './order-graph.js';
import type { World } from './world.js';
import { WrongAnswer } from './wrong-answer.js';

/** How many pairs were answered how. */
export interface Tally {
  events: number;
  before: number;
  concurrent: number;
  unknown: number;
  otherDomain: number;
  logs: number;
  /** Pairs of a log and an event, or of two logs, that were answered so. */
  readonly logPairs: Record<StampRelation, number>;
  /** Events that each rule allows to be incomplete. */
  readonly rules: Map<string, number>;
  /** In how many programs something happened. */
  readonly happened: Happenings;
}

export function emptyTally(): Tally {
  const logPairs = { before: 0, after: 0, equal: 0, concurrent: 0, unknown: 0 };
  const counts = { events: 0, before: 0, concurrent: 0, unknown: 0, otherDomain: 0, logs: 0 };
  return { ...counts, logPairs, rules: new Map(), happened: new Happenings() };
}

/** Checks a world that has run. Throws {@link WrongAnswer} for the first wrong pair. */
export function checkWorld(world: World, tally: Tally = emptyTally()): Tally {
  const { events } = world.ledger;
  tally.events += events.length;
  tally.happened.add(world.ledger.happened);
  for (const event of events) {
    for (const rule of event.rules) tally.rules.set(rule, (tally.rules.get(rule) ?? 0) + 1);
  }
  for (const service of world.services) {
    const errors = service.clock?.counters.errors ?? 0;
    if (errors > 0) throw new WrongAnswer(`${service.name} swallowed ${errors} exceptions`);
    const excess = service.awaitedBeyondLimit();
    if (excess > 0) throw new WrongAnswer(`${service.name} awaits ${excess} more replies than it may`);
  }
  events.forEach((event) => checkAlone(event));
  checkTicks(events);
  for (let later = 0; later < events.length; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      checkPair(world, events[earlier] as EventFacts, events[later] as EventFacts, tally);
    }
  }
  return tally;
}

function checkAlone(event: EventFacts): void {
  if (event.stamp.incomplete && event.rules.size === 0) {
    throw new WrongAnswer(`${show(event)} is incomplete, and no rule says why`);
  }
  const domain = event.domain === '-' ? '-' : event.domain.slice(-16);
  if (event.stamp.domain !== domain) throw new WrongAnswer(`${show(event)} is in domain ${event.stamp.domain}`);
}

/** @param a is made before b by the real clock, so that it cannot be after it */
function checkPair(world: World, a: EventFacts, b: EventFacts, tally: Tally): void {
  const answer = compareStamps(a.stamp, b.stamp);
  const back = compareStamps(b.stamp, a.stamp);
  // Said of few pairs, and there are millions.
  const pair = (): string => `${show(a)} and ${show(b)}`;
  if (MIRRORED[answer] !== back) throw new WrongAnswer(`${pair()}: ${answer} one way, ${back} the other`);
  if (a.domain !== b.domain) {
    if (answer !== 'unknown') throw new WrongAnswer(`${pair()}: ${answer} across two domains`);
    tally.otherDomain++;
    checkTimes(a, b, pair);
    return;
  }
  switch (answer) {
    case 'equal':
      throw new WrongAnswer(`${pair()}: two events are called one`);
    case 'after':
      throw new WrongAnswer(`${pair()}: after, although it was made before`);
    case 'before':
      tally.before++;
      if (!world.ledger.happenedBefore(a, b)) throw new WrongAnswer(`${pair()}: FALSE BEFORE, no path leads there`);
      break;
    case 'concurrent':
      tally.concurrent++;
      if (world.ledger.isPromised(a, b))
        throw new WrongAnswer(`${pair()}: FALSE CONCURRENT, the first happened before the second`);
      break;
    case 'unknown':
      tally.unknown++;
      if (a.rules.size + b.rules.size === 0) throw new WrongAnswer(`${pair()}: unknown, and no rule says why`);
      break;
  }
  const ofOneNode = a.stamp.node === b.stamp.node;
  if (includes(b.known, a.index) && answer !== 'before' && (ofOneNode || !b.cut)) {
    throw new WrongAnswer(`${pair()}: ${answer}, although a path of stamped messages leads there`);
  }
  checkTimes(a, b, pair);
}

export const MIRRORED = {
  before: 'after',
  after: 'before',
  equal: 'equal',
  concurrent: 'concurrent',
  unknown: 'unknown',
} as const;

/** Lamport and hybrid times rise along every path of stamps, through links and stale headers too. */
function checkTimes(a: EventFacts, b: EventFacts, pair: () => string): void {
  if (!includes(b.earlier, a.index)) return;
  if (a.stamp.lamport >= b.stamp.lamport) {
    throw new WrongAnswer(`${pair()}: Lamport ${a.stamp.lamport} and then ${b.stamp.lamport}`);
  }
  if (b.stamp.hlcUnordered) return;
  if (a.stamp.hlc === undefined || b.stamp.hlc === undefined || a.stamp.hlc.compare(b.stamp.hlc) >= 0) {
    throw new WrongAnswer(`${pair()}: hybrid time ${String(a.stamp.hlc)} and then ${String(b.stamp.hlc)}`);
  }
}

/** No (node, tick) of a domain twice, and no hole while the domain is held. */
function checkTicks(events: readonly EventFacts[]): void {
  const last = new Map<string, EventFacts>();
  for (const event of events) {
    const key = `${event.domain} ${String(event.stamp.node)}`;
    const previous = last.get(key);
    const tick = event.stamp.tick as number;
    if (previous !== undefined) {
      const before = previous.stamp.tick as number;
      const held = previous.holder === event.holder;
      if (tick <= before || (held && tick !== before + 1)) {
        throw new WrongAnswer(`${show(event)} follows ${show(previous)} on the same node`);
      }
    }
    last.set(key, event);
  }
}

function show({ name, process, trace, stamp, rules }: EventFacts): string {
  const flags = `${stamp.incomplete ? ' incomplete' : ''}${rules.size === 0 ? '' : ` [${[...rules].join('; ')}]`}`;
  return `${name} (process ${process.id}, trace ${trace.slice(0, 4)}, tick ${stamp.tick}, ${stamp.vector.toString()}${flags})`;
}
