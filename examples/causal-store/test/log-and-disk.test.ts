/** The log's bounds, and LevelDB as the disk of a node. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { VectorTimestamp } from 'otel-causality';
import { type LogEntry, OperationLog } from '../src/core/operation-log.js';
import { StoreNode } from '../src/core/store-node.js';
import { realTimers } from '../src/core/timers.js';
import { LevelDisk } from '../src/disk/level-disk.js';
import { MAX_BATCH_CHARACTERS, MAX_LOG_CHARACTERS } from '../src/limits.js';

describe('the log', () => {
  const entry = (index: number, characters: number): LogEntry => {
    const vector = VectorTimestamp.from([['n2-bbbbbbbb', index]]);
    const context = VectorTimestamp.EMPTY;
    const common = { writer: 'n2-bbbbbbbb', key: 'k', value: 'v', request: 'r', carrier: {} };
    return { index, operation: { ...common, seq: index, vector, context }, characters };
  };

  it('is bounded in size, but for one entry', () => {
    const log = new OperationLog(VectorTimestamp.EMPTY);
    log.install(log.plan([entry(1, MAX_LOG_CHARACTERS - 1), entry(2, 1)]));
    expect(log.size).to.equal(2);
    const plan = log.plan([entry(3, 1)]);
    expect(plan.dropped.map(({ index }) => index)).to.deep.equal([1]);
    expect(log.size, 'a plan changes nothing').to.equal(2);
    log.install(plan);
    expect(log.floor.toString()).to.equal('n2-bbbbbbbb=1');
    log.install(log.plan([entry(4, MAX_LOG_CHARACTERS + 1)]));
    expect(log.size).to.equal(1);
  });

  it('ends a batch that grows too large, but for its first operation', () => {
    const log = new OperationLog(VectorTimestamp.EMPTY);
    log.install(
      log.plan([entry(1, MAX_BATCH_CHARACTERS + 1), entry(2, MAX_BATCH_CHARACTERS - 1), entry(3, 1), entry(4, 1)]),
    );
    const seqs = (seen: number): number[] | undefined =>
      log
        .since(seen === 0 ? VectorTimestamp.EMPTY : VectorTimestamp.from([['n2-bbbbbbbb', seen]]), 100)
        ?.map(({ seq }) => seq);
    expect(seqs(0)).to.deep.equal([1]);
    expect(seqs(1)).to.deep.equal([2, 3]);
    expect(seqs(3)).to.deep.equal([4]);
  });
});

describe('LevelDB as the disk', () => {
  const directory = mkdtempSync(join(tmpdir(), 'causal-store-'));
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('keeps the writer and its counter across a restart, and lets no second node in', async () => {
    let drawn = 0;
    const start = async (): Promise<StoreNode> => {
      const newWriter = (): string => `n1-0000000${++drawn}`;
      const disk = await LevelDisk.open(directory);
      return StoreNode.open({ disk, timers: realTimers, newWriter });
    };
    const node = await start();
    await node.write({ key: 'k', value: 'one', request: 'r1' });
    const second: unknown = await start().catch((error: unknown) => error);
    expect(String(second)).to.include('failed to open');
    await node.close();
    const again = await start();
    expect(again.writer).to.equal('n1-00000001');
    expect((await again.write({ key: 'k', value: 'two', request: 'r2' })).written?.seq).to.equal(2);
    await again.close();
    expect(drawn).to.equal(1);
  });
});
