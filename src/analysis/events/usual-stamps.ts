/**
 * The stamps of a span as nearly all of them are, straight from the attributes into columns.
 *
 * Guarantee: what it stores is what {@link readSpanStamps} would have given; where anything is cut, contradicts itself
 * or is not there, it stores nothing and says so, and the general way has to look.
 * Hazard: it is here for a million spans: no objects, no texts, and each name is compared before it is looked up.
 */
import { PROCESS_DOMAIN } from '../../clocks/stamp.js';
import { ATTRIBUTE } from '../../codec/span-attributes.js';
import { counterOf, domainOfTrace, isOfProcess, isTrue } from '../../codec/span-stamps.js';
import { VectorScanner } from '../../codec/vector-scanner.js';
import { END, type EventTable, NONE, PARTIAL_REPLY, REPLY, STAMPED, START, TOLD_INCOMPLETE } from './event-table.js';
import type { AttributeRecord, RecordedSpan } from '../recorded.js';
import type { StampedChains } from './stamped-chains.js';

export class UsualStamps {
  private readonly start: VectorColumns;
  private readonly end: VectorColumns;
  /** Domain of each trace that has one. */
  private readonly domainOf: Int32Array;

  constructor(
    private readonly table: EventTable,
    private readonly chains: StampedChains,
  ) {
    this.start = new VectorColumns(chains);
    this.end = new VectorColumns(chains);
    this.domainOf = new Int32Array(table.traces).fill(NONE);
  }

  /** False, and nothing done, where the span's stamps are not the usual ones. */
  store(span: number): boolean {
    const { table, start, end } = this;
    const { attributes, service } = table.spans[span] as RecordedSpan;
    const tick = counterOf(attributes[ATTRIBUTE.tick]);
    const lamport = counterOf(attributes[ATTRIBUTE.lamport]);
    if (tick === undefined || lamport === undefined) return false;
    const over = laterOf(attributes[ATTRIBUTE.endTick], tick);
    const overLamport = laterOf(attributes[ATTRIBUTE.endLamport], 0);
    const replied = laterOf(attributes[ATTRIBUTE.replyTick], tick);
    const repliedLamport = laterOf(attributes[ATTRIBUTE.replyLamport], 0);
    if (over > 0 !== overLamport > 0 || replied > 0 !== repliedLamport > 0) return false;
    if (Number.isNaN(over + overLamport + replied + repliedLamport)) return false;
    const domain = this.domain(span, attributes);
    const node = attributes[ATTRIBUTE.node];
    if (!start.read(attributes[ATTRIBUTE.vector], domain, node, tick)) return false;
    const endText = attributes[ATTRIBUTE.endVector];
    if (endText !== undefined && !(end.read(endText, domain, node, over) && end.hasHeard(start))) return false;

    const chain = start.ownChain;
    table.lane[span] = this.chains.lane(start.ownNode, service);
    const told = isTrue(attributes[ATTRIBUTE.incomplete]);
    // What a reply had heard is known where the end had heard no more than the start.
    const isReplyPartial = replied > 0 && (told || over === 0 || endText !== undefined);
    table.flags[span] = STAMPED | (told ? TOLD_INCOMPLETE : 0) | (isReplyPartial ? PARTIAL_REPLY : 0);
    this.storeEvent(3 * span + START, tick, lamport, chain);
    if (replied > 0) this.storeEvent(3 * span + REPLY, replied, repliedLamport, chain);
    if (over > 0) this.storeEvent(3 * span + END, over, overLamport, chain);
    start.store(table, 2 * span);
    if (endText !== undefined) end.store(table, 2 * span + 1);
    else {
      table.vectorAt[2 * span + 1] = table.vectorAt[2 * span] as number;
      table.vectorSize[2 * span + 1] = table.vectorSize[2 * span] as number;
    }
    return true;
  }

  private domain(span: number, attributes: AttributeRecord): number {
    const { table, chains, domainOf } = this;
    if (isOfProcess(attributes)) return chains.domain(PROCESS_DOMAIN);
    const trace = table.trace[span] as number;
    if (domainOf[trace] === NONE) {
      domainOf[trace] = chains.domain(domainOfTrace((table.spans[span] as RecordedSpan).traceId));
    }
    return domainOf[trace] as number;
  }

  private storeEvent(event: number, tick: number, lamport: number, chain: number): void {
    this.table.tick[event] = tick;
    this.table.lamport[event] = lamport;
    this.table.chain[event] = chain;
  }
}

/** The entries of one vector as chains and counters. */
class VectorColumns {
  ownNode = NONE;
  ownChain = NONE;
  private domain = NONE;
  private readonly scanner = new VectorScanner();
  /** What stood at the same place of the vector before: mostly the same again. */
  private readonly nodes = new Int32Array(this.scanner.from.length).fill(NONE);
  private readonly chainOf = new Int32Array(this.scanner.from.length).fill(NONE);

  constructor(private readonly chains: StampedChains) {}

  /** False where the text is not whole, or its own entry is not the tick. */
  read(text: unknown, domain: number, own: unknown, tick: number): boolean {
    if (typeof text !== 'string' || typeof own !== 'string' || tick === 0) return false;
    const { scanner, nodes, chainOf } = this;
    scanner.scan(text);
    if (scanner.partial) return false;
    let at = NONE;
    for (let i = 0; i < scanner.size; i++) {
      const [from, to] = [scanner.from[i] as number, scanner.to[i] as number];
      const isKnown = nodes[i] !== NONE && isAt(text, from, to, this.chains.idOf(nodes[i] as number));
      if (!isKnown) nodes[i] = this.chains.node(text.slice(from, to));
      if (!isKnown || domain !== this.domain) chainOf[i] = NONE;
      if (scanner.counters[i] === tick && at === NONE && isAt(text, from, to, own)) at = i;
    }
    if (domain !== this.domain) chainOf.fill(NONE, scanner.size);
    this.domain = domain;
    if (at === NONE) return false;
    for (let i = 0; i < scanner.size; i++) {
      if (chainOf[i] === NONE) chainOf[i] = this.chains.chain(domain, nodes[i] as number);
    }
    this.ownNode = nodes[at] as number;
    this.ownChain = chainOf[at] as number;
    return true;
  }

  /** True where each entry of the other is one of these, and no higher. */
  hasHeard(other: VectorColumns): boolean {
    let j = 0;
    for (let i = 0; i < other.scanner.size; i++) {
      while (j < this.scanner.size && this.chainOf[j] !== other.chainOf[i]) j++;
      if (j === this.scanner.size) return false;
      if ((this.scanner.counters[j] as number) < (other.scanner.counters[i] as number)) return false;
    }
    return true;
  }

  store(table: EventTable, vector: number): void {
    const { size, counters } = this.scanner;
    table.vectorAt[vector] = table.entryChain.length;
    table.vectorSize[vector] = size;
    for (let i = 0; i < size; i++) {
      table.entryChain.push(this.chainOf[i] as number);
      table.entryCount.push(counters[i] as number);
    }
  }
}

/** A counter that is higher than another; 0 where there is none, and NaN where there is something else. */
function laterOf(value: unknown, than: number): number {
  if (value === undefined) return 0;
  const counter = counterOf(value);
  return counter === undefined || counter <= than ? Number.NaN : counter;
}

function isAt(text: string, from: number, to: number, name: string): boolean {
  if (name.length !== to - from) return false;
  for (let i = 0; i < name.length; i++) if (text.charCodeAt(from + i) !== name.charCodeAt(i)) return false;
  return true;
}
