/**
 * States as files, through the file system that the caller hands in: this room knows no Node.
 *
 * Guarantee: when `set` returns, the text is on the disk, and so is the file's name. A crash in the middle of it leaves
 * that one file torn, which the checksum of a slot finds; the file of the other slot is not touched.
 */
import type { SyncStateStorage } from './state-storage.js';

/** What of `node:fs` is used. `import * as fs from 'node:fs'` is one. */
export interface FileSystem {
  mkdirSync(path: string, options: { recursive: true }): unknown;
  readFileSync(path: string, encoding: 'utf8'): string;
  openSync(path: string, flags: string): number;
  writeFileSync(file: number, text: string): void;
  fsyncSync(file: number): void;
  closeSync(file: number): void;
  rmSync(path: string, options: { force: true }): void;
}

/**
 * Keeps each text in a file of its own.
 * @param folder made when it is not there; give every program its own
 */
export function fileStorage(fs: FileSystem, folder: string): SyncStateStorage {
  const path = (name: string): string => `${folder}/${encodeURIComponent(name)}.state`;
  return {
    get(name) {
      try {
        return fs.readFileSync(path(name), 'utf8');
      } catch (error) {
        if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    set(name, text) {
      fs.mkdirSync(folder, { recursive: true });
      const file = fs.openSync(path(name), 'w');
      try {
        fs.writeFileSync(file, text);
        fs.fsyncSync(file);
      } finally {
        fs.closeSync(file);
      }
      syncFolder(fs, folder);
    },
    remove(name) {
      fs.rmSync(path(name), { force: true });
    },
  };
}

/** Makes the names of new files durable, where the system lets a folder be opened. */
function syncFolder(fs: FileSystem, folder: string): void {
  let opened: number;
  try {
    opened = fs.openSync(folder, 'r');
  } catch {
    return;
  }
  try {
    fs.fsyncSync(opened);
  } catch {
    // Windows cannot sync a folder; its file systems keep the name with the file.
  } finally {
    fs.closeSync(opened);
  }
}
