/**
 * Small histories of a fleet, told step by step: what was recorded, and beside it the happens-before graph as Lamport defined it.
 *
 * Guarantee: the graph knows nothing of stamps; stamps are kept the naive way, as whole maps. Time stands still unless it
 * is told to pass, so nothing depends on a machine.
 */
import type { RecordedKind, RecordedLog, RecordedSpan } from '../../src/analysis/recorded.js';

export interface ProcessOptions {
  /** Default true. */
  readonly stamped?: boolean;
  /** Its clock minus the true time. */
  readonly offsetMs?: number;
  /** Without it, only the service is known. */
  readonly instance?: string;
  /** Whether its spans are read at all. Default true. */
  readonly recorded?: boolean;
}

export interface Process {
  readonly name: string;
  readonly stamped: boolean;
  offsetMs: number;
  readonly instance: string | undefined;
  readonly recorded: boolean;
  /** What it has heard of each stamped node, by trace. */
  readonly heard: Map<string, Map<string, number>>;
  readonly lamport: Map<string, number>;
  /** Incomplete from here on, by trace. */
  readonly hidden: Set<string>;
  /** Its last event, by trace. */
  readonly last: Map<string, number>;
}

export interface Told {
  readonly id: string;
  readonly process: Process;
  readonly traceId: string;
  readonly parent: Told | undefined;
  readonly name: string;
  readonly kind: RecordedKind;
  readonly attributes: Record<string, string | number | boolean>;
  readonly links: readonly Told[];
  readonly startNanos: bigint;
  endNanos: bigint;
  /** True events by kind: numbers of the graph. */
  readonly events: { start: number; reply?: number; end?: number };
  startVector?: Map<string, number>;
}

/** A log, with the number of its true event. */
export interface ToldLog {
  readonly recorded: RecordedLog;
  readonly process: Process;
  readonly event: number;
}

export interface StartOptions {
  readonly parent?: Told;
  readonly kind?: RecordedKind;
  readonly trace?: number;
  readonly links?: readonly Told[];
  readonly attributes?: Record<string, string | number | boolean>;
}

const EPOCH_NANOS = 1_700_000_000_000_000_000n;

export class History {
  readonly processes: Process[] = [];
  readonly told: Told[] = [];
  readonly logs: ToldLog[] = [];
  /** For each true event those directly before it. */
  readonly causes: number[][] = [];
  private trueNanos = EPOCH_NANOS;

  process(name: string, { stamped = true, offsetMs = 0, instance, recorded = true }: ProcessOptions = {}): Process {
    const made: Process = {
      name,
      stamped,
      offsetMs,
      instance,
      recorded,
      heard: new Map(),
      lamport: new Map(),
      hidden: new Set(),
      last: new Map(),
    };
    this.processes.push(made);
    return made;
  }

  passMs(ms: number): void {
    this.trueNanos += BigInt(Math.round(ms * 1000)) * 1000n;
  }

  start(process: Process, name: string, options: StartOptions = {}): Told {
    const { parent, kind = 'internal', trace = 1, links = [], attributes = {} } = options;
    const traceId = parent?.traceId ?? trace.toString(16).padStart(32, '0');
    const causes = [...links, ...(parent === undefined ? [] : [parent])].map((cause) => cause.events.start);
    // A message leaves its process as that is now, which is after its span's start.
    if (parent !== undefined && parent.process !== process) causes.push(parent.process.last.get(traceId) as number);
    const span: Told = {
      id: (this.told.length + 1).toString(16).padStart(16, '0'),
      process,
      traceId,
      parent,
      name,
      kind,
      attributes: { ...attributes },
      links,
      startNanos: this.nowOf(process),
      endNanos: 0n,
      events: { start: this.event(process, traceId, causes) },
    };
    if (process.stamped) {
      if (parent !== undefined && parent.process !== process) this.tell(parent.process, process, traceId);
      for (const link of links) if (link.traceId === traceId) this.tell(link.process, process, traceId);
      const { tick, lamport } = this.tick(process, traceId);
      span.startVector = new Map(process.heard.get(traceId));
      Object.assign(span.attributes, {
        'causality.node': process.name,
        'causality.tick': tick,
        'causality.lamport': lamport,
        'causality.vector': vectorText(span.startVector),
      });
      this.flag(span);
    }
    this.told.push(span);
    return span;
  }

  /** The server answers, and its caller hears it before its own span ends. */
  reply(span: Told): void {
    const { process, traceId, parent } = span;
    span.events.reply = this.event(process, traceId, []);
    if (process.stamped) {
      const { tick, lamport } = this.tick(process, traceId);
      Object.assign(span.attributes, { 'causality.reply.tick': tick, 'causality.reply.lamport': lamport });
      this.flag(span);
    }
    if (parent === undefined) return;
    this.hears.push({ process: parent.process, traceId, from: span.events.reply });
    if (parent.process.stamped) {
      if (process.stamped) this.tell(process, parent.process, traceId);
      else parent.process.hidden.add(traceId);
    }
  }

  end(span: Told): void {
    const { process, traceId } = span;
    span.endNanos = this.nowOf(process);
    span.events.end = this.event(process, traceId, []);
    if (!process.stamped) return;
    const { tick, lamport } = this.tick(process, traceId);
    const vector = new Map(process.heard.get(traceId));
    Object.assign(span.attributes, { 'causality.end.tick': tick, 'causality.end.lamport': lamport });
    const others = (of: Map<string, number>): string =>
      vectorText(new Map([...of].filter(([n]) => n !== process.name)));
    if (others(vector) !== others(span.startVector as Map<string, number>)) {
      span.attributes['causality.end.vector'] = vectorText(vector);
    }
    this.flag(span);
  }

  /** The span's process writes a log: something that happens there, and that nobody else hears of by itself. */
  log(span: Told, { stamped = span.process.stamped } = {}): ToldLog {
    const { process, traceId } = span;
    const event = this.event(process, traceId, []);
    const attributes: Record<string, string | number | boolean> = {};
    if (stamped) {
      const heard = mapIn(process.heard, traceId);
      Object.assign(attributes, {
        'causality.node': process.name,
        'causality.tick': heard.get(process.name) ?? 0,
        'causality.lamport': process.lamport.get(traceId) ?? 1,
        'causality.vector': vectorText(heard),
        'causality.log.seq': this.logs.length + 1,
      });
      if (process.hidden.has(traceId)) attributes['causality.incomplete'] = true;
    }
    const { service, resource, scope, origin } = recordedSpan(span);
    const recorded: RecordedLog = {
      traceId,
      spanId: span.id,
      timeNanos: this.nowOf(process),
      severity: 'INFO',
      body: `log ${this.logs.length}`,
      attributes: Object.assign(Object.create(null) as Record<string, string>, attributes),
      service,
      resource,
      scope,
      origin,
    };
    const told = { recorded, process, event };
    this.logs.push(told);
    return told;
  }

  recordedLogs(): RecordedLog[] {
    return this.logs.filter(({ process }) => process.recorded).map(({ recorded }) => recorded);
  }

  recorded(): RecordedSpan[] {
    return this.told.filter(({ process }) => process.recorded).map((span) => recordedSpan(span));
  }

  /** For each true event all those before it. */
  closure(): ReadonlySet<number>[] {
    const pasts: Set<number>[] = [];
    this.causes.forEach((causes, event) => {
      const past = new Set<number>();
      for (const cause of causes) {
        past.add(cause);
        for (const before of pasts[cause] as Set<number>) past.add(before);
      }
      pasts[event] = past;
    });
    return pasts;
  }

  private readonly hears: { readonly process: Process; readonly traceId: string; readonly from: number }[] = [];

  private event(process: Process, traceId: string, causes: readonly number[]): number {
    const last = process.last.get(traceId);
    const heard = this.hears.filter((hearing) => hearing.process === process && hearing.traceId === traceId);
    const event = this.causes.length;
    this.causes.push([...causes, ...heard.map(({ from }) => from), ...(last === undefined ? [] : [last])]);
    process.last.set(traceId, event);
    return event;
  }

  private tell(from: Process, to: Process, traceId: string): void {
    if (!from.stamped) {
      // A plain process passes nothing on, and the mark it forwards says that something is missing.
      to.hidden.add(traceId);
      return;
    }
    const heard = mapIn(to.heard, traceId);
    for (const [node, count] of from.heard.get(traceId) ?? []) heard.set(node, Math.max(count, heard.get(node) ?? 0));
    to.lamport.set(traceId, Math.max(to.lamport.get(traceId) ?? 0, from.lamport.get(traceId) ?? 0));
    if (from.hidden.has(traceId)) to.hidden.add(traceId);
  }

  private tick(process: Process, traceId: string): { tick: number; lamport: number } {
    const heard = mapIn(process.heard, traceId);
    const tick = (heard.get(process.name) ?? 0) + 1;
    heard.set(process.name, tick);
    const lamport = (process.lamport.get(traceId) ?? 0) + 1;
    process.lamport.set(traceId, lamport);
    return { tick, lamport };
  }

  private flag(span: Told): void {
    if (span.process.hidden.has(span.traceId)) span.attributes['causality.incomplete'] = true;
  }

  private nowOf(process: Process): bigint {
    return this.trueNanos + BigInt(Math.round(process.offsetMs * 1000)) * 1000n;
  }
}

function recordedSpan(span: Told): RecordedSpan {
  const { process } = span;
  return {
    traceId: span.traceId,
    spanId: span.id,
    parentSpanId: span.parent?.id,
    name: span.name,
    kind: span.kind,
    service: process.name.replace(/-.*$/, ''),
    startNanos: span.startNanos,
    endNanos: span.endNanos,
    attributes: Object.assign(Object.create(null) as object, span.attributes),
    resource: process.instance === undefined ? {} : { 'service.instance.id': process.instance },
    scope: { name: 'history', version: undefined },
    links: span.links.map((link) => ({ traceId: link.traceId, spanId: link.id, attributes: {} })),
    events: [],
    status: { code: 'unset', message: undefined },
    origin: { source: 'history', line: undefined },
  };
}

function vectorText(vector: ReadonlyMap<string, number>): string {
  return [...vector]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, count]) => `${node}=${count}`)
    .join(',');
}

function mapIn(maps: Map<string, Map<string, number>>, key: string): Map<string, number> {
  let map = maps.get(key);
  if (map === undefined) {
    map = new Map<string, number>();
    maps.set(key, map);
  }
  return map;
}
