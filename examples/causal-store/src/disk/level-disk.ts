/**
 * The disk of a real node: LevelDB.
 *
 * Guarantee: a commit is one batch in LevelDB's write-ahead log, written with `sync: true`. LevelDB calls fdatasync on
 * that log before it reports success, and recovers by replaying it, so a commit that was reported survives SIGKILL and
 * (as far as the disk keeps what it was told to keep) the loss of power. A batch torn by a crash fails its checksum and
 * is dropped whole: it had not been reported.
 * Hazard: LevelDB allows one process in a directory. A second one fails to open it, which is what keeps two nodes from
 * writing under one identity.
 */
import { ClassicLevel } from 'classic-level';
import type { Disk, DiskWrite } from '../core/disk.js';

export class LevelDisk implements Disk {
  private constructor(private readonly level: ClassicLevel) {}

  /** Opens or makes a data directory. Rejects when another process holds it. */
  static async open(directory: string): Promise<LevelDisk> {
    const level = new ClassicLevel(directory);
    await level.open();
    return new LevelDisk(level);
  }

  async load(): Promise<[string, string][]> {
    return this.level.iterator().all();
  }

  async commit(writes: readonly DiskWrite[]): Promise<void> {
    await this.level.batch([...writes], { sync: true });
  }

  async close(): Promise<void> {
    await this.level.close();
  }
}
