/** What the store asks of a disk, so that a simulated one can take its place. */

export type DiskWrite =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'del'; readonly key: string };

export interface Disk {
  /** Everything that was committed, in ascending order of the keys. */
  load(): Promise<readonly (readonly [key: string, value: string])[]>;
  /**
   * Writes all of them or none. When the promise resolves they survive the loss of the process and of power. Commits
   * become durable in the order in which they were made. A rejection leaves open whether they were written: whoever
   * hears it must stop and load again.
   */
  commit(writes: readonly DiskWrite[]): Promise<void>;
  close(): Promise<void>;
}
