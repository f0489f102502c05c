/**
 * All logs of a graph in columns, beside the table of events: a log is no event of its node, has no tick of its own,
 * and a graph without logs pays nothing for them.
 *
 * Guarantee: a log is kept where it belongs to a trace, or its stamp to process scope; each once, however often it was
 * sent.
 * Hazard: its tick is that of the node's last event *before* it.
 */
import type { LogStamp } from '../../clocks/log-stamp.js';
import { readLogStamp } from '../../codec/log-stamps.js';
import { LOG_SEQ } from '../../codec/log-attributes.js';
import { ATTRIBUTE } from '../../codec/span-attributes.js';
import { MILLISECOND_NANOS, ResolutionTally } from './clock-resolution.js';
import { type EventTable, type Lane, NONE, START } from './event-table.js';
import { GrowingInts, GrowingNumbers } from './growing-columns.js';
import type { PlainLanes } from './plain-lanes.js';
import type { RecordedLog } from '../recorded.js';
import type { SpanIndex } from './span-index.js';
import { stampAt } from './stamp-columns.js';
import type { StampedChains } from './stamped-chains.js';

export class LogTable {
  readonly logs: RecordedLog[] = [];
  /** Logs of no trace and without a stamp: nothing says where they belong. */
  outside = 0;
  duplicates = 0;
  readonly trace: Int32Array;
  /** The span in which it was written; {@link NONE} where that was not read. */
  readonly span: Int32Array;
  readonly lane: Int32Array;
  /** The stamped chain between two of whose events it stands; {@link NONE} without a stamp. */
  readonly chain: Int32Array;
  readonly tick: Float64Array;
  readonly seq: Float64Array;
  readonly lamport: Float64Array;
  /** As the stamp has it; the derived one where there is no stamp. */
  readonly ownLamport: Float64Array;
  /** The own entry of the vector: what a message would have told. */
  readonly told: Float64Array;
  readonly nanos: Float64Array;
  readonly incomplete: Uint8Array;
  readonly vectorAt: Int32Array;
  readonly vectorSize: Uint16Array;
  readonly entryChain = new GrowingInts(0);
  readonly entryCount = new GrowingNumbers(0);
  /** By lane: nanoseconds that two times may seem apart or equal, where one of them is a log's. */
  resolutionNanos = new Float64Array(0);

  constructor(recorded: Iterable<RecordedLog>, index: SpanIndex) {
    const traces: number[] = [];
    const sent = new Set<string>();
    for (const log of recorded) {
      const { traceId, attributes } = log;
      const isStamped = attributes[ATTRIBUTE.tick] !== undefined;
      if (traceId === undefined && !(isStamped && attributes[ATTRIBUTE.scope] === 'process')) {
        this.outside++;
        continue;
      }
      if (isStamped) {
        const key = `${String(attributes[ATTRIBUTE.node])} ${String(attributes[LOG_SEQ])} ${log.timeNanos} ${traceId}`;
        if (sent.has(key)) {
          this.duplicates++;
          continue;
        }
        sent.add(key);
      }
      this.logs.push(log);
      traces.push(index.traceOf(traceId ?? ''));
    }
    const n = this.logs.length;
    this.trace = Int32Array.from(traces);
    this.span = new Int32Array(n).fill(NONE);
    this.lane = new Int32Array(n);
    this.chain = new Int32Array(n).fill(NONE);
    this.tick = new Float64Array(n);
    this.seq = new Float64Array(n);
    this.lamport = new Float64Array(n);
    this.ownLamport = new Float64Array(n);
    this.told = new Float64Array(n);
    this.nanos = new Float64Array(n);
    this.incomplete = new Uint8Array(n);
    this.vectorAt = new Int32Array(n);
    this.vectorSize = new Uint16Array(n);
  }

  /** How many events of a chain a stamped log has heard of. */
  heard(log: number, chain: number): number {
    if (this.chain[log] === chain) return this.tick[log] as number;
    const from = this.vectorAt[log] as number;
    const to = from + (this.vectorSize[log] as number);
    for (let i = from; i < to; i++) if (this.entryChain.values[i] === chain) return this.entryCount.values[i] as number;
    return 0;
  }

  /** Gives every log without a stamp a lane: its span's, where nothing says that another process wrote it. */
  placePlain(table: EventTable, lanes: PlainLanes): void {
    this.logs.forEach(({ service, resource }, log) => {
      if (this.chain[log] !== NONE) return;
      const span = this.span[log] as number;
      const made = table.spans[span];
      const isLocal =
        made?.service === service && lanes.identityOf(service, made.resource) === lanes.identityOf(service, resource);
      this.lane[log] = isLocal ? (table.lane[span] as number) : lanes.of(service, resource).lane;
    });
  }

  measureClocks(table: EventTable): void {
    if (this.logs.length === 0) return;
    if (table.spans.length === 0) table.baseNanos = (this.logs[0] as RecordedLog).timeNanos;
    const tallies = table.lanes.map(() => new ResolutionTally());
    this.logs.forEach(({ timeNanos }, log) => {
      this.nanos[log] = timeNanos === 0n ? Number.NaN : Number(timeNanos - table.baseNanos);
      if (timeNanos > 0n) tallies[this.lane[log] as number]?.add(Number(timeNanos % BigInt(MILLISECOND_NANOS)));
    });
    this.resolutionNanos = Float64Array.from(table.lanes, ({ resolutionNanos }: Lane, lane) =>
      Math.max(resolutionNanos, tallies[lane]?.nanos ?? MILLISECOND_NANOS),
    );
  }
}

/** Finds each log's span and reads its stamp. Spans' stamps must have been read. */
export function readLogs(logs: LogTable, index: SpanIndex, table: EventTable, chains: StampedChains): void {
  logs.logs.forEach(({ traceId, spanId, service }, log) => {
    if (traceId !== undefined && spanId !== undefined) logs.span[log] = index.find(traceId, spanId) ?? NONE;
    const stamp = stampOfLog(logs, log, table, chains);
    if (stamp === undefined) return;
    const domain = chains.domain(stamp.domain);
    const node = chains.node(stamp.node);
    logs.chain[log] = chains.chain(domain, node);
    logs.lane[log] = chains.lane(node, service);
    logs.tick[log] = stamp.afterTick;
    logs.seq[log] = stamp.seq;
    logs.lamport[log] = stamp.lamport;
    logs.ownLamport[log] = stamp.lamport;
    logs.told[log] = stamp.vector.get(stamp.node);
    logs.incomplete[log] = stamp.incomplete ? 1 : 0;
    logs.vectorAt[log] = logs.entryChain.length;
    logs.vectorSize[log] = stamp.vector.size;
    stamp.vector.table.nodes.forEach((heard, i) => {
      logs.entryChain.push(chains.chain(domain, chains.node(heard)));
      logs.entryCount.push(stamp.vector.counterAt(i));
    });
  });
}

/** Reads a log's stamp again, as an object. */
export function stampOfLog(
  logs: LogTable,
  log: number,
  table: EventTable,
  chains: StampedChains,
): LogStamp | undefined {
  const { traceId, attributes } = logs.logs[log] as RecordedLog;
  const span = logs.span[log] as number;
  const isLean = attributes[ATTRIBUTE.vector] === undefined && attributes[ATTRIBUTE.tick] !== undefined;
  const spanStart = isLean && span !== NONE ? stampAt(table, chains, 3 * span + START) : undefined;
  return readLogStamp(traceId, attributes, spanStart);
}
