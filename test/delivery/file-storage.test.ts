/** States in real files, also after a process was killed in the middle of writing them. */
import { type ChildProcess, fork } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type FileSystem, fileStorage, openDeduplicator, StateSlots } from '../../src/delivery/index.js';

/** More messages than one process is let handle, so that the runs of two never meet. */
const FAR = 10_000;

describe('fileStorage', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(join(tmpdir(), 'otel-causality-files-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('keeps each text in a file of its own, in a folder that it makes', () => {
    const storage = fileStorage(fs, join(folder, 'deep', 'er'));
    expect(storage.get('a')).to.equal(undefined);
    storage.set('a', 'one');
    storage.set('b', 'two');
    storage.set('a', 'three');
    expect([storage.get('a'), storage.get('b')]).to.deep.equal(['three', 'two']);
    expect(fs.readdirSync(join(folder, 'deep', 'er')).sort()).to.deep.equal(['a.state', 'b.state']);
    storage.remove('a');
    storage.remove('a');
    expect(storage.get('a')).to.equal(undefined);
  });

  it('stays in its folder whatever the name', () => {
    const storage = fileStorage(fs, join(folder, 'in'));
    for (const name of ['../out', '..', '/etc/x', 'a/b', 'ü']) {
      storage.set(name, name);
      expect(storage.get(name)).to.equal(name);
    }
    expect(fs.readdirSync(folder)).to.deep.equal(['in']);
  });

  it('throws what the file system throws, and closes what it opened', () => {
    const open = new Set<number>();
    const failing: FileSystem = {
      ...fs,
      openSync: (path, flags) => {
        const file = fs.openSync(path, flags);
        open.add(file);
        return file;
      },
      closeSync: (file) => {
        open.delete(file);
        fs.closeSync(file);
      },
      writeFileSync: () => {
        throw new RangeError('no space');
      },
      readFileSync: () => {
        throw new RangeError('no right');
      },
    };
    expect(() => fileStorage(failing, folder).set('a', 'x')).to.throw(RangeError, 'no space');
    expect(() => fileStorage(failing, folder).get('a')).to.throw(RangeError, 'no right');
    expect([...open]).to.deep.equal([]);
    const { openSync, closeSync } = failing;
    fileStorage({ ...fs, openSync, closeSync }, folder).set('a', 'x');
    expect([...open], 'its folder too').to.deep.equal([]);
  });

  it('has the text and the name on the disk before it returns, and can do without a folder that can be opened', () => {
    const done: string[] = [];
    const watched: FileSystem = {
      ...fs,
      openSync: (path, flags) => {
        if (path === folder) throw new RangeError('is a folder');
        return fs.openSync(path, flags);
      },
      fsyncSync: (file) => {
        done.push('synced');
        fs.fsyncSync(file);
      },
      writeFileSync: (file, text) => {
        done.push('written');
        fs.writeFileSync(file, text);
      },
    };
    fileStorage(watched, folder).set('a', 'x');
    expect(done).to.deep.equal(['written', 'synced']);
    expect(fileStorage(fs, folder).get('a')).to.equal('x');
    done.length = 0;
    fileStorage({ ...watched, openSync: (path, flags) => fs.openSync(path, flags) }, folder).set('a', 'y');
    expect(done).to.deep.equal(['written', 'synced', 'synced']);
  });

  it('survives a folder that cannot be synced', () => {
    let calls = 0;
    const storage = fileStorage(
      {
        ...fs,
        fsyncSync: () => {
          if (++calls === 2) throw new RangeError('not supported');
        },
      },
      folder,
    );
    storage.set('a', 'x');
    expect(calls).to.equal(2);
    expect(storage.get('a')).to.equal('x');
  });

  it('has all that a process acknowledged before it was killed', async function () {
    this.timeout(60_000);
    for (let round = 0; round < 4; round++) {
      const acknowledged = await killedAfter(20 + 7 * round, folder, FAR * round + 1);
      const seen = openDeduplicator({ consumer: 'killed', storage: fileStorage(fs, folder) });
      // One run for each process: what the last one stored begins with its first message and has no hole.
      const [first, last] = (seen.toJSON().nodes[0]?.[2] ?? []).slice(-2) as [number, number];
      expect(first).to.equal(FAR * round + 1);
      expect(last).to.be.at.least(acknowledged);
      expect(new StateSlots(fileStorage(fs, folder), 'killed').read().sequence).to.be.at.least(20);
    }
  });
});

/** Starts a process that handles message after message, and kills it when it has acknowledged so many. */
async function killedAfter(count: number, folder: string, from: number): Promise<number> {
  const script = fileURLToPath(new URL('../support/handling-process.js', import.meta.url));
  const child: ChildProcess = fork(script, [folder, String(from)]);
  let acknowledged = 0;
  let heard = 0;
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('message', (tick) => {
      acknowledged = tick as number;
      if (++heard === count) child.kill('SIGKILL');
    });
    child.on('exit', () => (heard < count ? reject(new Error('it ended by itself')) : resolve(acknowledged)));
  });
}
