/**
 * What a node holds in memory, and how it stands on its disk. One changes only after the other: a change is prepared, its
 * writes are committed, then it is installed. So whatever anybody has read was durable before.
 */
import { InvalidValueError, VectorTimestamp } from 'otel-causality';
import type { Disk, DiskWrite } from './disk.js';
import {
  applyOperation,
  EMPTY_KEY,
  type KeyState,
  keyStateFromJson,
  type KeyStateJson,
  keyStateToJson,
  mergeStates,
  sizeOf,
} from './key-state.js';
import { type Operation, operationFromJson, type OperationJson, operationToJson } from './operation.js';
import { type LogEntry, OperationLog, raise } from './operation-log.js';
import { parsePlainVector } from './tokens.js';

/** All keys of a store at one moment, as one node gives them to another. */
export interface Snapshot {
  readonly seen: string;
  readonly keys: readonly (readonly [key: string, state: KeyStateJson])[];
}

interface Meta {
  readonly writer: string;
  readonly seen: string;
  readonly floor: string;
  readonly nextIndex: number;
}

export class StoreState {
  readonly keys = new Map<string, KeyState>();
  seen = VectorTimestamp.EMPTY;
  log: OperationLog;
  characters = 0;
  /** The place of the next operation in the log. */
  nextIndex = 1;

  /** @param writer who writes from this data directory, drawn once */
  private constructor(
    readonly writer: string,
    maxLogOperations: number | undefined,
  ) {
    this.log = new OperationLog(VectorTimestamp.EMPTY, maxLogOperations);
  }

  /** What the disk holds; an empty disk becomes the disk of a new writer. */
  static async load(disk: Disk, newWriter: () => string, maxLogOperations?: number): Promise<StoreState> {
    const rows = await disk.load();
    const meta = rows.find(([key]) => key === META);
    if (meta === undefined) {
      const fresh = new StoreState(newWriter(), maxLogOperations);
      // Before the first operation, so that no two runs on this directory ever use different names for one counter.
      await disk.commit([fresh.metaWrite(fresh.seen, fresh.log.floor, 1)]);
      return fresh;
    }
    const { writer, seen, floor, nextIndex } = JSON.parse(meta[1]) as Meta;
    const state = new StoreState(writer, maxLogOperations);
    state.seen = parsePlainVector(seen);
    state.log = new OperationLog(parsePlainVector(floor), maxLogOperations);
    state.nextIndex = nextIndex;
    const entries: LogEntry[] = [];
    for (const [key, value] of rows) {
      if (key.startsWith(KEY)) state.setKey(key.slice(KEY.length), keyStateFromJson(JSON.parse(value) as KeyStateJson));
      if (key.startsWith(OPERATION)) {
        const operation = operationFromJson(JSON.parse(value) as OperationJson);
        entries.push({ index: Number(key.slice(OPERATION.length)), operation, characters: value.length });
      }
    }
    state.log.install(state.log.plan(entries));
    return state;
  }

  get ownSeq(): number {
    return this.seen.get(this.writer);
  }

  change(): StateChange {
    return new StateChange(this);
  }

  snapshot(): Snapshot {
    return {
      seen: this.seen.toString(),
      keys: [...this.keys].map(([key, state]) => [key, keyStateToJson(state)] as const),
    };
  }

  /** @internal */
  setKey(key: string, state: KeyState): void {
    const before = this.keys.get(key);
    this.characters += sizeOf(key, state) - (before === undefined ? 0 : sizeOf(key, before));
    this.keys.set(key, state);
  }

  /** @internal */
  metaWrite(seen: VectorTimestamp, floor: VectorTimestamp, nextIndex: number): DiskWrite {
    const meta: Meta = { writer: this.writer, seen: seen.toString(), floor: floor.toString(), nextIndex };
    return { type: 'put', key: META, value: JSON.stringify(meta) };
  }
}

/** What one commit adds. Reads its own changes; nobody else does before it is installed. */
export class StateChange {
  seen: VectorTimestamp;
  /** Keys and characters that the store will hold. */
  keyCount: number;
  characters: number;
  private readonly keys = new Map<string, KeyState>();
  private readonly operations: { readonly operation: Operation; readonly json: string }[] = [];
  private skipped = VectorTimestamp.EMPTY;

  constructor(private readonly state: StoreState) {
    this.seen = state.seen;
    this.keyCount = state.keys.size;
    this.characters = state.characters;
  }

  key(key: string): KeyState {
    return this.keys.get(key) ?? this.state.keys.get(key) ?? EMPTY_KEY;
  }

  /**
   * Applies the next operation of its writer. False when it contradicts what the writer did before, which no honest peer
   * sends: it is then counted as seen, as everywhere else, and changes nothing.
   */
  apply(operation: Operation): boolean {
    let applied = true;
    try {
      this.setKey(operation.key, applyOperation(this.key(operation.key), operation));
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      applied = false;
    }
    this.seen = raise(this.seen, operation.writer, operation.seq);
    this.operations.push({ operation, json: JSON.stringify(operationToJson(operation)) });
    return applied;
  }

  /** Takes a peer's whole state; throws where it contradicts ours. What it brings is not in the log, so peers further behind need a snapshot as well. */
  merge(seen: VectorTimestamp, keys: Iterable<readonly [key: string, state: KeyState]>): void {
    // All of it, before any of it: where one key contradicts ours, nothing of the snapshot is taken.
    const merged = Array.from(keys, ([key, state]) => [key, mergeStates(this.key(key), state)] as const);
    for (const [key, state] of merged) this.setKey(key, state);
    for (const [writer, seq] of seen) {
      if (seq > this.seen.get(writer)) this.skipped = raise(this.skipped, writer, seq);
    }
    this.seen = this.seen.merge(seen);
  }

  private setKey(key: string, state: KeyState): void {
    const before = this.keys.get(key) ?? this.state.keys.get(key);
    if (before === undefined) this.keyCount++;
    this.characters += sizeOf(key, state) - (before === undefined ? 0 : sizeOf(key, before));
    this.keys.set(key, state);
  }

  /**
   * Makes the change durable. Resolves with what makes it visible, in the same turn. When it rejects, the state in memory
   * is no longer to be used: nobody knows what the disk holds.
   */
  async commit(disk: Disk): Promise<() => void> {
    const { state } = this;
    const added = this.operations.map(({ operation, json }, i) => {
      return { index: state.nextIndex + i, operation, characters: json.length };
    });
    const plan = state.log.plan(added, this.skipped);
    const nextIndex = state.nextIndex + added.length;
    const writes: DiskWrite[] = this.operations.map(({ json }, i) => {
      return { type: 'put', key: logKey(state.nextIndex + i), value: json };
    });
    for (const { index } of plan.dropped) writes.push({ type: 'del', key: logKey(index) });
    for (const [key, keyState] of this.keys) {
      writes.push({ type: 'put', key: KEY + key, value: JSON.stringify(keyStateToJson(keyState)) });
    }
    writes.push(state.metaWrite(this.seen, plan.floor, nextIndex));
    await disk.commit(writes);
    return () => {
      for (const [key, keyState] of this.keys) state.setKey(key, keyState);
      state.log.install(plan);
      state.nextIndex = nextIndex;
      state.seen = this.seen;
    };
  }
}

const META = 'meta';
const KEY = 'key/';
const OPERATION = 'op/';
const logKey = (index: number): string => OPERATION + String(index).padStart(16, '0');
