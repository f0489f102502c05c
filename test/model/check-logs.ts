/**
 * Compares what exported logs say with what really happened, for every pair of a log and an event, and of two logs.
 *
 * Guarantee: exact, as check.ts. *unknown* must be owed to a rule, or to the gap behind a log: a message that leaves
 * between it and the node's next event says nothing of it.
 */
import { compareLogStamps } from '../../src/clocks/log-stamp.js';
import { emptyTally, MIRRORED, type Tally } from './check.js';
import { WrongAnswer } from './wrong-answer.js';
import type { EventFacts, LogFacts } from './facts.js';
import { includes } from './order-graph.js';
import type { World } from './world.js';

type Facts = EventFacts | LogFacts;

/** Checks the logs of a world that has run. Throws {@link WrongAnswer} for the first wrong pair. */
export function checkLogs(world: World, tally: Tally = emptyTally()): void {
  const { events, logs } = world.ledger;
  tally.logs += logs.length;
  checkNumbers(logs);
  for (const log of logs) {
    for (const event of events) {
      if (event.index < log.index) checkPair(world, event, log, tally);
      else checkPair(world, log, event, tally);
    }
    for (const other of logs) if (other.index < log.index) checkPair(world, other, log, tally);
  }
}

/** @param a is made before b by the real clock, so that it cannot be after it */
function checkPair(world: World, a: Facts, b: Facts, tally: Tally): void {
  const answer = compareLogStamps(a.stamp, b.stamp);
  const wrong = (what: string): never => {
    throw new WrongAnswer(`${show(a)} and ${show(b)}: ${answer}, ${what}`);
  };
  if (compareLogStamps(b.stamp, a.stamp) !== MIRRORED[answer]) wrong('and something else the other way');
  checkTimes(a, b, wrong);
  if (a.domain !== b.domain) {
    if (answer !== 'unknown') wrong('across two domains');
    return;
  }
  tally.logPairs[answer]++;
  if (answer === 'equal' || answer === 'after') wrong('although the first was made before');
  if (answer === 'before' && !world.ledger.happenedBefore(a, b)) wrong('FALSE BEFORE, no path leads there');
  if (answer === 'concurrent' && world.ledger.isPromised(a, b)) wrong('FALSE CONCURRENT');
  if (answer !== 'before' && mustBeFound(world, a, b)) wrong('although a path of stamped messages leads there');
  if (
    answer === 'unknown' &&
    a.rules.size + b.rules.size === 0 &&
    !mayBeInGap(world, a, b) &&
    !mayBeInGap(world, b, a)
  ) {
    wrong('and no rule says why');
  }
}

/** True where stamps must tell: of an event by itself, of a log by a later event of its node. */
function mustBeFound(world: World, a: Facts, b: Facts): boolean {
  if (a.stamp.node === b.stamp.node) return true;
  if (b.cut) return false;
  if (!isLog(a)) return includes(b.known, a.index);
  return ownEvents(world, a).some((event) => event.index > a.index && includes(b.known, event.index));
}

/** True where `hearer` knows of the log's node just what the log itself does. */
function mayBeInGap(world: World, log: Facts, hearer: Facts): boolean {
  if (!isLog(log)) return false;
  const own = ownEvents(world, log);
  const missed = own.some((event) => includes(log.known, event.index) && !includes(hearer.known, event.index));
  return !missed && !own.some((event) => event.index > log.index && includes(hearer.known, event.index));
}

function ownEvents(world: World, log: Facts): EventFacts[] {
  return world.ledger.events.filter(({ domain, stamp }) => domain === log.domain && stamp.node === log.stamp.node);
}

/** Times rise from node to node, and never fall on one: sorted by Lamport time, effects come after their causes. */
function checkTimes(a: Facts, b: Facts, wrong: (what: string) => never): void {
  if (!includes(b.earlier, a.index)) return;
  const step = b.stamp.lamport - a.stamp.lamport;
  if (step < 0 || (step === 0 && a.stamp.node !== b.stamp.node)) {
    wrong(`Lamport ${a.stamp.lamport} and then ${b.stamp.lamport}`);
  }
  const { hlc: earlier } = a.stamp;
  const { hlc: later } = b.stamp;
  if (b.stamp.hlcUnordered || earlier === undefined || later === undefined || earlier.compare(later) < 0) return;
  wrong(`hybrid time ${earlier.toString()} and then ${later.toString()}`);
}

/** Behind one tick of one node in one domain, no number comes twice; over all domains they rise. */
function checkNumbers(logs: readonly LogFacts[]): void {
  const last = new Map<string, LogFacts>();
  for (const log of logs) {
    const previous = last.get(log.stamp.node);
    if (previous !== undefined && previous.stamp.seq >= log.stamp.seq) {
      throw new WrongAnswer(`${show(log)} has a number as low as ${show(previous)}`);
    }
    last.set(log.stamp.node, log);
  }
}

function isLog(facts: Facts): facts is LogFacts {
  return 'seq' in facts.stamp;
}

function show(facts: Facts): string {
  const { name, process, trace, rules } = facts;
  const place = isLog(facts) ? `log ${facts.stamp.seq} behind ${facts.stamp.afterTick}` : `tick ${facts.stamp.tick}`;
  const flags = `${facts.stamp.incomplete ? ' incomplete' : ''}${rules.size === 0 ? '' : ` [${[...rules].join('; ')}]`}`;
  return `${name} (process ${process.id}, trace ${trace.slice(0, 4)}, ${place}, ${facts.stamp.vector.toString()}${flags})`;
}
