/**
 * What was handled, of all nodes and all keys, within limits.
 *
 * Guarantee: a message that was recorded is never `fresh` again, whatever limit was met in between. Merging two
 * memories is commutative, associative and idempotent as long as neither meets a limit; where one does, answers can
 * only turn into `unknown`. An operation that throws changes nothing.
 * Hazard: `record` makes room where `fits` would have refused. Ask first.
 */
import { InvalidValueError } from '../clocks/errors.js';
import { MAX_FOREIGN_VECTOR_ENTRIES, MAX_HELD_ENTRIES, MAX_KEY_VERSIONS } from '../clocks/limits.js';
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { KeyVersions } from './key-versions.js';
import { TickRuns } from './tick-runs.js';
import type { DeduplicatorCounters, FullPolicy, RefusedMessage } from './verdicts.js';

/** A message's number on its node. */
export interface Dot {
  readonly node: string;
  readonly tick: number;
}

/** A version of a key. */
export interface KeyVersion {
  readonly key: string;
  readonly vector: VectorTimestamp;
  /**
   * True when the vector may lack something. Such a version is never recorded: later ones could not be compared with
   * it.
   */
  readonly incomplete: boolean;
}

/** A message whose names were checked. */
export interface NamedMessage {
  readonly dot: Dot | undefined;
  readonly version: KeyVersion | undefined;
}

export interface MemoryLimits {
  readonly maxNodes: number;
  readonly maxRunsPerNode: number;
  readonly maxKeys: number;
  readonly whenFull: FullPolicy;
}

/** What can be said of a message without looking at what is being handled. */
export type MemoryVerdict = 'fresh' | 'duplicate' | 'stale' | 'concurrent' | 'unknown';

export class HandledMemory {
  /** In the order in which they were last recorded. */
  readonly nodes = new Map<string, TickRuns>();
  readonly keys = new Map<string, KeyVersions>();
  /** True once a whole node (a whole key) was forgotten: one that is not held may have been. */
  nodesForgotten = false;
  keysForgotten = false;
  /** Entries of the vectors of all keys. */
  private entries = 0;
  readonly forgotten: { -readonly [what in keyof DeduplicatorCounters['forgotten']]: number } = {
    runs: 0,
    versions: 0,
    nodes: 0,
    keys: 0,
  };

  constructor(private readonly limits: MemoryLimits) {}

  verdict({ dot, version }: NamedMessage): MemoryVerdict {
    const byDot = dot === undefined ? 'fresh' : this.dotVerdict(dot);
    if (byDot === 'duplicate' || version === undefined) return byDot;
    // Where the tick may have been forgotten the version decides: had the message been handled, so would its version.
    const byKey = this.keyVerdict(version);
    return byKey === 'fresh' ? byDot : byKey;
  }

  /** The handled versions that this one is concurrent with. */
  against({ version }: NamedMessage): VectorTimestamp[] {
    return version === undefined ? [] : (this.keys.get(version.key)?.concurrentWith(version.vector) ?? []);
  }

  /** Why recording this message is not allowed; undefined when it is. */
  fits({ dot, version }: NamedMessage): RefusedMessage | undefined {
    return (dot && this.dotFits(dot)) ?? (version && this.versionFits(version));
  }

  record({ dot, version }: NamedMessage): void {
    if (dot !== undefined) {
      const runs = this.nodes.get(dot.node) ?? this.newRuns();
      runs.add(dot.tick);
      this.nodes.delete(dot.node);
      this.nodes.set(dot.node, runs);
      this.limitRuns(runs);
    }
    // An incomplete one gets here only when it was handled, or something after it: then the key says so already.
    if (version?.incomplete === false) {
      const versions = this.keys.get(version.key) ?? this.newVersions();
      this.keys.delete(version.key);
      this.change(version.key, versions, () => versions.add(version.vector));
    }
    this.limitNames();
  }

  /** Takes in what another memory holds. Throws {@link InvalidValueError} where that needs more than the limits. */
  merge(other: HandledMemory): void {
    this.checkMergeable(other);
    if (other.nodesForgotten) this.forgetPasts(this.nodes, other.nodes);
    for (const [node, runs] of other.nodes) {
      const ours = this.nodes.get(node) ?? this.newRuns();
      ours.merge(runs);
      this.nodes.set(node, ours);
      this.limitRuns(ours);
    }
    if (other.keysForgotten) this.forgetPasts(this.keys, other.keys);
    for (const [key, versions] of other.keys) {
      const ours = this.keys.get(key) ?? this.newVersions();
      this.change(key, ours, () => ours.merge(versions));
    }
    this.nodesForgotten ||= other.nodesForgotten;
    this.keysForgotten ||= other.keysForgotten;
    this.limitNames();
  }

  /** True when everything that the other memory holds is held here as well. */
  includes(other: HandledMemory): boolean {
    if ((other.nodesForgotten && !this.nodesForgotten) || (other.keysForgotten && !this.keysForgotten)) return false;
    for (const [node, runs] of other.nodes) if (this.nodes.get(node)?.includes(runs) !== true) return false;
    for (const [key, versions] of other.keys) if (this.keys.get(key)?.includes(versions) !== true) return false;
    return true;
  }

  /** Changes the versions of a key, and keeps them within their limit and counted. */
  private change(key: string, versions: KeyVersions, act: () => void): void {
    this.entries -= versions.entries;
    act();
    this.limitVersions(versions);
    this.entries += versions.entries;
    this.keys.set(key, versions);
  }

  /** A node or key that enters after some were forgotten may be one of those. */
  private newRuns(): TickRuns {
    const runs = new TickRuns();
    if (this.nodesForgotten) runs.forgetPast();
    return runs;
  }

  private newVersions(): KeyVersions {
    const versions = new KeyVersions();
    if (this.keysForgotten) versions.forgetPast();
    return versions;
  }

  /** What only we hold, the other one may have forgotten. */
  private forgetPasts(ours: ReadonlyMap<string, { forgetPast(): void }>, theirs: ReadonlyMap<string, unknown>): void {
    for (const [name, held] of ours) if (!theirs.has(name)) held.forgetPast();
  }

  private dotVerdict({ node, tick }: Dot): 'fresh' | 'duplicate' | 'unknown' {
    const runs = this.nodes.get(node);
    if (runs === undefined) return this.nodesForgotten ? 'unknown' : 'fresh';
    if (runs.has(tick)) return 'duplicate';
    return tick <= runs.forgotten ? 'unknown' : 'fresh';
  }

  private keyVerdict({ key, vector }: KeyVersion): MemoryVerdict {
    const versions = this.keys.get(key);
    if (versions === undefined) return this.keysForgotten ? 'unknown' : 'fresh';
    return versions.verdict(vector);
  }

  private dotFits({ node, tick }: Dot): RefusedMessage | undefined {
    const { maxNodes, maxRunsPerNode, whenFull } = this.limits;
    const runs = this.nodes.get(node);
    if (runs === undefined) {
      return this.nodes.size >= maxNodes && whenFull !== 'at-least-once' ? 'too-many-nodes' : undefined;
    }
    return whenFull === 'refuse' && runs.size >= maxRunsPerNode && runs.opensRun(tick) ? 'too-many-runs' : undefined;
  }

  private versionFits({ key, vector }: KeyVersion): RefusedMessage | undefined {
    const { maxKeys, whenFull } = this.limits;
    const versions = this.keys.get(key);
    const growth = versions?.growth(vector) ?? vector.size;
    if (whenFull !== 'at-least-once' && growth > 0 && this.entries + growth > MAX_HELD_ENTRIES) return 'too-many-keys';
    if (versions === undefined) {
      return this.keys.size >= maxKeys && whenFull !== 'at-least-once' ? 'too-many-keys' : undefined;
    }
    if (versions.latest.length < MAX_KEY_VERSIONS || !versions.opensVersion(vector)) return undefined;
    return whenFull === 'refuse' || !roomToForget(versions) ? 'too-many-versions' : undefined;
  }

  private limitRuns(runs: TickRuns): void {
    const surplus = runs.size - this.limits.maxRunsPerNode;
    if (surplus <= 0) return;
    runs.forgetOldest(surplus);
    this.forgotten.runs += surplus;
  }

  private limitVersions(versions: KeyVersions): void {
    while (versions.latest.length > MAX_KEY_VERSIONS) {
      versions.forgetOldest();
      this.forgotten.versions++;
    }
  }

  private limitNames(): void {
    // One walk for all that goes: a map is asked for its first entry at the cost of all that were deleted before it.
    for (const oldest of this.nodes.keys()) {
      if (this.nodes.size <= this.limits.maxNodes) break;
      this.nodes.delete(oldest);
      this.nodesForgotten = true;
      this.forgotten.nodes++;
    }
    for (const [oldest, versions] of this.keys) {
      if (this.keys.size <= this.limits.maxKeys && this.entries <= MAX_HELD_ENTRIES) break;
      this.keys.delete(oldest);
      this.entries -= versions.entries;
      this.keysForgotten = true;
      this.forgotten.keys++;
    }
  }

  private checkMergeable(other: HandledMemory): void {
    const { maxNodes, maxKeys, whenFull } = this.limits;
    let entries = this.entries;
    for (const [key, versions] of other.keys) {
      const merged = new KeyVersions();
      const ours = this.keys.get(key);
      if (ours !== undefined) merged.merge(ours);
      merged.merge(versions);
      entries += merged.entries - (ours?.entries ?? 0);
      const { size } = merged.latest.reduce((union, version) => union.merge(version), merged.forgotten);
      if (size > MAX_FOREIGN_VECTOR_ENTRIES && ours !== undefined) {
        throw new InvalidValueError(
          'state.keys',
          size,
          `at most ${MAX_FOREIGN_VECTOR_ENTRIES} nodes in a key's versions`,
        );
      }
    }
    if (whenFull === 'at-least-once') return;
    checkUnion('state.nodes', this.nodes, other.nodes, maxNodes);
    checkUnion('state.keys', this.keys, other.keys, maxKeys);
    if (entries > MAX_HELD_ENTRIES) {
      throw new InvalidValueError('state.keys', entries, `at most ${MAX_HELD_ENTRIES} entries of vectors in all`);
    }
  }
}

function checkUnion(
  field: string,
  ours: ReadonlyMap<string, unknown>,
  theirs: ReadonlyMap<string, unknown>,
  limit: number,
): void {
  let size = ours.size;
  for (const name of theirs.keys()) if (!ours.has(name)) size++;
  if (size > limit) throw new InvalidValueError(field, size, `at most ${limit} together with what is held`);
}

function roomToForget(versions: KeyVersions): boolean {
  const [oldest] = versions.latest;
  return oldest === undefined || versions.forgotten.merge(oldest).size <= MAX_FOREIGN_VECTOR_ENTRIES;
}
