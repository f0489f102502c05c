/**
 * What one process ought to know of one domain, kept as plain sets: the oracle's counterpart of a clock domain.
 *
 * Guarantee: follows the rules of DESIGN 2 and nothing else; knows neither counters nor vectors.
 */
import type { EventFacts, Incarnation, Knowledge, Rule } from './facts.js';
import type { Happenings } from './happenings.js';
import { type EventSet, includes, NO_EVENTS, only } from './order-graph.js';

/** A reply whose head, with its stamp, has been sent and whose body has not ended. */
export interface OpenBody {
  /** Events stamped meanwhile: its chunks may tell of them. */
  window: EventSet;
}

export class Lane {
  known: EventSet = NO_EVENTS;
  earlier: EventSet = NO_EVENTS;
  rules = new Set<Rule>();
  cut = false;
  /** The library's domain object, while it holds one. */
  holder: number | undefined;
  /** Requests of unsampled spans whose reply has not come. */
  blind = 0;
  /** Requests of which nobody has said that he hears their reply. */
  unannounced = 0;
  /** Replies of which messages have come that no stamp tells of yet. */
  openReplies = 0;
  readonly bodies = new Set<OpenBody>();
  /** Something was stamped, heard or sent here: whoever hears from this process must be told. */
  spoken = false;
  /** The other clock of the process, once both are known to work on this trace. */
  beside: Incarnation | undefined;
  /** A request left without anything to mark it. */
  unmarked = false;
  private droppedOnce = false;
  private rested = false;
  /** Events of this process in a trace of which it has forgotten that it was ever in it. */
  private forgotten: EventSet = NO_EVENTS;
  /** Logs of this process, also of domains that were dropped. */
  private ownLogs: EventSet = NO_EVENTS;

  constructor(
    readonly process: Incarnation,
    readonly domain: string,
    private readonly events: readonly EventFacts[],
    readonly happened: Happenings,
    /** Node ids in process scope that may be heard of though they have stamped nothing: their beginning was sent. */
    private readonly beginnings: ReadonlySet<string>,
    private readonly onForget: () => void,
  ) {}

  /** Looks whether the library has dropped, or made anew, what it holds. */
  observe(trace: string): void {
    const holder = this.process.holds(trace);
    if (this.droppedOnce && this.holder === undefined && !this.process.remembers(trace)) this.forget();
    const rests = this.process.rests(trace);
    if (this.rested && !rests && holder === this.holder) this.happened.note('a trace was woken');
    this.rested = rests;
    if (holder === this.holder) return;
    if (this.holder !== undefined) {
      this.droppedOnce = true;
      this.happened.note('a trace was dropped');
      this.known = NO_EVENTS;
      this.earlier = NO_EVENTS;
      this.rules = new Set();
      this.cut = false;
      this.blind = 0;
      this.unannounced = 0;
      this.openReplies = 0;
    }
    this.holder = holder;
    if (holder === undefined) return;
    if (this.droppedOnce || this.process.remembers(trace)) {
      this.happened.note('a dropped trace came back');
      this.rules.add('a trace that came back after it was dropped');
    }
    if (this.unmarked) this.rules.add('a request that could carry no stamp');
  }

  /**
   * The memory of dropped traces was too small for all: nobody knows any more that this one was here. What was heard in
   * it is outside the promise from now on, until a stamp comes that knows of us.
   */
  private forget(): void {
    this.happened.note('a dropped trace was forgotten');
    this.droppedOnce = false;
    this.spoken = this.unmarked;
    this.forgotten = this.ownEvents();
    this.ownLogs = NO_EVENTS;
    this.onForget();
  }

  /** True when a stamp of this domain shows that this process was in the trace before it forgot that. */
  recalls({ known }: Knowledge): boolean {
    const own = known & this.ownEvents();
    // A stamp that knows of what we did since says nothing of before.
    if (own === NO_EVENTS || (own & this.forgotten) !== own) return false;
    this.happened.note('a forgotten trace came back with what we had done in it');
    this.forgotten = NO_EVENTS;
    this.rules.add('a trace that came back after it was dropped');
    return true;
  }

  private ownEvents(): EventSet {
    let own = NO_EVENTS;
    for (const event of this.events) {
      if (event.domain === this.domain && event.process === this.process) own |= only(event.index);
    }
    return own;
  }

  /** Merges what a stamp of this domain proves. */
  merge(knowledge: Knowledge): void {
    this.known |= knowledge.known;
    this.earlier |= knowledge.earlier;
    for (const rule of knowledge.rules) this.rules.add(rule);
    this.cut ||= knowledge.cut;
    this.limitEntries();
  }

  /** A span goes on here whose start this process has stamped, perhaps before the domain was dropped. */
  recall(start: EventFacts | undefined): void {
    if (start === undefined || start.domain !== this.domain || this.holder === undefined) return;
    // A span that outlived its domain says so itself, whatever else was forgotten.
    if (start.holder !== this.holder) {
      this.rules.add('a trace that came back after it was dropped');
      this.forgotten = NO_EVENTS;
      this.spoken = true;
    }
    const known = start.known | only(start.index);
    if ((this.known | known) === this.known) return;
    this.merge({ ...start, known, earlier: start.earlier | only(start.index) });
  }

  /** What a new event knows: all that was heard, and all earlier events of its own node. */
  knowledgeOfNext(node: string): Knowledge {
    const own = this.ownEvents();
    this.known |= own;
    this.earlier |= own ^ (own & this.forgotten);
    this.earlier |= this.ownLogs;
    this.limitEntries(node);
    return this.present();
  }

  /** What a log knows: all that was heard. It adds nothing. */
  knowledgeOfLog(): Knowledge {
    this.earlier |= this.ownLogs;
    return this.present();
  }

  appendLog(index: number): void {
    this.ownLogs |= only(index);
    this.earlier |= only(index);
    for (const body of this.bodies) body.window |= only(index);
  }

  private present(): Knowledge {
    const rules = new Set(this.rules);
    if (this.bodies.size > 0) rules.add('between a head and the end of its body');
    this.addPassing(rules);
    return { known: this.known, earlier: this.earlier, rules, cut: this.cut };
  }

  append(event: EventFacts): void {
    this.known |= only(event.index);
    this.earlier |= only(event.index);
    for (const body of this.bodies) body.window |= only(event.index);
    this.spoken = true;
  }

  /** What a message carries away, of which the writer's limit may keep a part back. */
  knowledgeSent(): Knowledge {
    const rules = new Set(this.rules);
    this.addPassing(rules);
    const cut = this.cut || this.textLength() > this.process.plan.maxBytes;
    if (cut) rules.add('entries dropped by a limit');
    return { known: this.known, earlier: this.earlier, rules, cut };
  }

  /** What holds until a reply has come. */
  private addPassing(rules: Set<Rule>): void {
    if (this.openReplies > 0) rules.add('between the messages and the end of a reply');
    if (this.blind > 0) rules.add('a request of an unsampled span whose reply has not come');
    if (this.unannounced > 0) rules.add('a request that nobody announced');
  }

  private limitEntries(own?: string): void {
    const nodes = this.countersHeard();
    if (own !== undefined) nodes.set(own, 1);
    if (nodes.size + this.heardOfOnly(nodes).length <= this.process.plan.maxEntries) return;
    this.cut = true;
    this.rules.add('entries dropped by a limit');
  }

  private countersHeard(): Map<string, number> {
    const counters = new Map<string, number>();
    for (const event of this.events) {
      if (includes(this.known, event.index)) counters.set(event.stamp.node as string, event.stamp.tick as number);
    }
    return counters;
  }

  private textLength(): number {
    let length = LONGEST_HEAD;
    const counters = this.countersHeard();
    for (const [node, tick] of counters) length += node.length + String(tick).length + 2;
    for (const node of this.heardOfOnly(counters)) length += node.length + 3;
    return length;
  }

  private heardOfOnly(nodes: ReadonlyMap<string, number>): readonly string[] {
    return this.domain === PROCESS ? [...this.beginnings].filter((node) => !nodes.has(node)) : [];
  }
}

/** The domain of all that processes in process scope do. */
export const PROCESS = '-';

/** Characters of a stamp before its vector, at most. */
const LONGEST_HEAD = 54;
