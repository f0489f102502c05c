/**
 * Which versions of one key were handled: the latest ones, none of which is before another.
 *
 * Guarantee: a vector is `fresh` only when it is after everything handled, `duplicate` or `stale` only when one
 * handled version is equal to it or after it. Where versions had to be given up, what their union includes is
 * `unknown`.
 * Hazard: the versions of a key must be vectors of one clock domain that include the version's own event. Vectors of
 * two domains look concurrent.
 */
import { VectorTimestamp } from '../clocks/vector-timestamp.js';

/** How a version stands to all that were handled. */
export type KeyVerdict = 'fresh' | 'duplicate' | 'stale' | 'concurrent' | 'unknown';

export class KeyVersions {
  /** The latest versions handled, in the order of their coming. */
  latest: readonly VectorTimestamp[] = [];
  /** The union of the versions that were given up. */
  forgotten: VectorTimestamp = VectorTimestamp.EMPTY;
  /** True when anything else may have been handled as well. */
  pastForgotten = false;

  /** Entries of all vectors held. */
  get entries(): number {
    return this.latest.reduce((sum, { size }) => sum + size, this.forgotten.size);
  }

  /** Entries that handling this version would add, less those of the versions that it replaces. */
  growth(version: VectorTimestamp): number {
    return this.latest.reduce((sum, handled) => (version.covers(handled) ? sum - handled.size : sum), version.size);
  }

  verdict(version: VectorTimestamp): KeyVerdict {
    let newer = true;
    for (const handled of this.latest) {
      const relation = version.compare(handled);
      if (relation === 'equal') return 'duplicate';
      if (relation === 'before') return 'stale';
      if (relation === 'concurrent') newer = false;
    }
    if (this.pastForgotten || this.forgotten.covers(version)) return 'unknown';
    return newer && version.covers(this.forgotten) ? 'fresh' : 'concurrent';
  }

  /** The handled versions that this one is concurrent with. */
  concurrentWith(version: VectorTimestamp): VectorTimestamp[] {
    return this.latest.filter((handled) => version.compare(handled) === 'concurrent');
  }

  /** True when handling this version would leave one version more. */
  opensVersion(version: VectorTimestamp): boolean {
    return this.latest.every((handled) => version.compare(handled) === 'concurrent');
  }

  add(version: VectorTimestamp): void {
    if (this.latest.some((handled) => handled.covers(version))) return;
    this.latest = [...this.latest.filter((handled) => !version.covers(handled)), version];
  }

  /** Gives up the version that came first. */
  forgetOldest(): void {
    const [oldest, ...rest] = this.latest;
    if (oldest === undefined) return;
    this.forgotten = this.forgotten.merge(oldest);
    this.latest = rest;
  }

  /** Says that any version that is not held may have been handled. */
  forgetPast(): void {
    this.pastForgotten = true;
  }

  /** True when everything that the other state holds is held here as well. */
  includes(other: KeyVersions): boolean {
    if (other.pastForgotten && !this.pastForgotten) return false;
    if (!this.forgotten.covers(other.forgotten)) return false;
    return other.latest.every((version) => this.latest.some((handled) => handled.covers(version)));
  }

  /** Takes in what another state of the same key holds. */
  merge(other: KeyVersions): void {
    for (const version of other.latest) this.add(version);
    this.forgotten = this.forgotten.merge(other.forgotten);
    this.pastForgotten ||= other.pastForgotten;
  }
}
