/** The core's bounds, each from both sides, and what it does when its disk fails. */
import { expect } from 'chai';
import { VectorTimestamp } from 'otel-causality';
import { JetStreamReplication } from '../src/broker/jetstream.js';
import { CausalInbox } from '../src/core/inbox.js';
import type { Disk } from '../src/core/disk.js';
import type { Operation } from '../src/core/operation.js';
import { Refusal } from '../src/core/refusal.js';
import { StoreNode, type StoreNodeOptions } from '../src/core/store-node.js';
import type { Snapshot } from '../src/core/store-state.js';
import { realTimers } from '../src/core/timers.js';
import { formatContext, formatSession } from '../src/core/tokens.js';
import {
  MAX_BATCH_OPERATIONS,
  MAX_KEYS,
  MAX_QUEUED_WRITES,
  MAX_REPLICATED_SIBLINGS,
  MAX_SIBLINGS,
  MAX_STORE_CHARACTERS,
  MAX_UNPUBLISHED_OPERATIONS,
  MAX_VALUE_BYTES,
  MAX_WAITING_REQUESTS,
  MAX_WRITERS,
} from '../src/limits.js';
import { Platters } from './simulation/simulated-disk.js';

/** Durable at once. */
function instantDisk(platters = new Platters()): Disk {
  return {
    load: async () => Promise.resolve([...platters.rows].sort(([a], [b]) => (a < b ? -1 : 1))),
    commit: async (writes) => Promise.resolve(platters.write(writes)),
    close: async () => Promise.resolve(),
  };
}

const open = async (options: Partial<StoreNodeOptions> = {}): Promise<StoreNode> =>
  StoreNode.open({ disk: instantDisk(), timers: realTimers, newWriter: () => 'n1-aaaaaaaa', ...options });

function foreign(writer: string, seq: number, more: Partial<Operation> = {}): Operation {
  const vector = VectorTimestamp.from([[writer, seq]]);
  const context = VectorTimestamp.EMPTY;
  return { writer, seq, vector, key: `${writer} ${seq}`, value: 'v', context, request: 'r', carrier: {}, ...more };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'done';
  } catch (error) {
    return error instanceof Refusal ? error.code : String(error);
  }
}

let number = 0;
const write = async (node: StoreNode, key: string, value: string | null = 'v'): Promise<string> =>
  codeOf(node.write({ key, value, request: `r${++number}` }));

describe('a node', function () {
  this.timeout(30_000);

  it('bounds the requests that wait for their session', async () => {
    const node = await open();
    const session = formatSession(VectorTimestamp.from([['n2-bbbbbbbb', 1]]));
    const waiting = Array.from({ length: MAX_WAITING_REQUESTS }, async () => codeOf(node.read({ key: 'k', session })));
    expect(await codeOf(node.read({ key: 'k', session }))).to.equal('too-many-waiting');
    await node.receive([foreign('n2-bbbbbbbb', 1)]);
    expect(new Set(await Promise.all(waiting))).to.deep.equal(new Set(['done']));
  });

  it('refuses what waits when it is closed', async () => {
    const node = await open();
    const session = formatSession(VectorTimestamp.from([['n2-bbbbbbbb', 1]]));
    const waiting = codeOf(node.read({ key: 'k', session }));
    await Promise.resolve();
    await node.close();
    expect(await waiting).to.equal('stopped');
    expect(await write(node, 'k')).to.equal('stopped');
  });

  it('bounds the writes that wait for the disk', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const disk = instantDisk();
    let commits = 0;
    const node = await open({
      disk: {
        ...disk,
        commit: async (writes) => {
          // The first makes the identity; the second is the first write, which the others wait behind.
          if (++commits === 2) await held;
          await disk.commit(writes);
        },
      },
    });
    const first = write(node, 'first');
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    const queued = Array.from({ length: MAX_QUEUED_WRITES }, async (_, i) => write(node, `k${i}`));
    expect(await write(node, 'beyond')).to.equal('too-many-writes');
    release();
    expect(await first).to.equal('done');
    expect(new Set(await Promise.all(queued))).to.deep.equal(new Set(['done']));
  });

  it('bounds siblings, also of writes that come at once', async () => {
    const node = await open();
    const outcomes = await Promise.all(Array.from({ length: MAX_SIBLINGS + 3 }, async () => write(node, 'k')));
    expect(outcomes.filter((outcome) => outcome === 'done')).to.have.length(MAX_SIBLINGS);
    expect(outcomes.filter((outcome) => outcome === 'too-many-siblings')).to.have.length(3);
    expect(node.seen.get(node.writer), 'a refused write takes no number').to.equal(MAX_SIBLINGS);
  });

  it('bounds what nodes put beside each other together, and lives on', async () => {
    const node = await open();
    const beside = (seq: number): Operation => foreign('n2-bbbbbbbb', seq, { key: 'k' });
    await node.receive(Array.from({ length: MAX_REPLICATED_SIBLINGS }, (_, i) => beside(i + 1)));
    const siblings = async (): Promise<number> => (await node.read({ key: 'k' })).state.register.siblings.length;
    expect(await siblings()).to.equal(MAX_REPLICATED_SIBLINGS);
    expect(node.counters.contradictions).to.equal(0);
    await node.receive([beside(MAX_REPLICATED_SIBLINGS + 1)]);
    expect(await siblings()).to.equal(MAX_REPLICATED_SIBLINGS);
    expect(node.counters.contradictions).to.equal(1);
    const other = await open({ newWriter: () => 'n3-cccccccc' });
    await write(other, 'k');
    await other.join(JSON.parse(JSON.stringify(node.snapshot())) as Snapshot);
    expect(other.counters.contradictions, 'one too many together').to.equal(1);
    expect((await other.read({ key: 'k' })).state.register.siblings).to.have.length(1);
    expect(await write(other, 'another')).to.equal('done');
  });

  it('bounds keys; a key that is there can still be written', async () => {
    const node = await open();
    for (let i = 0; i < MAX_KEYS; i += 500) {
      await Promise.all(Array.from({ length: Math.min(500, MAX_KEYS - i) }, async (_, j) => write(node, `k${i + j}`)));
    }
    expect(node.health()).to.include({ keys: MAX_KEYS });
    expect(await write(node, 'one more')).to.equal('too-many-keys');
    expect(await write(node, 'k0')).to.equal('done');
  });

  it('bounds what it holds; deletions have room', async () => {
    const node = await open();
    const value = 'v'.repeat(MAX_VALUE_BYTES);
    const fitting = Math.floor(MAX_STORE_CHARACTERS / (MAX_VALUE_BYTES + 3));
    for (let i = 0; i < fitting; i++) expect(await write(node, String(i).padStart(3, '0'), value)).to.equal('done');
    expect(await write(node, 'xyz', value)).to.equal('store-full');
    const { state } = await node.read({ key: '000' });
    const context = formatContext('000', state.register.context);
    expect(await codeOf(node.write({ key: '000', value: null, context, request: 'd' }))).to.equal('done');
    expect(await write(node, 'xyz', value), 'and so room is made').to.equal('done');
  });

  it('bounds the writers it has heard of', async () => {
    const node = await open();
    const name = (i: number): string => `n2-${String(i).padStart(8, '0')}`;
    for (let i = 1; i < MAX_WRITERS; i++) await node.receive([foreign(name(i), 1)]);
    expect(node.counters.tooManyWriters).to.equal(0);
    await node.receive([foreign(name(MAX_WRITERS), 1), foreign(name(1), 2)]);
    expect(node.counters.tooManyWriters).to.equal(1);
    expect(node.seen.get(name(1)), 'known writers go on').to.equal(2);
    // Our own entry has its place among them.
    expect(await write(node, 'own')).to.equal('done');
    expect(node.seen.size).to.equal(MAX_WRITERS);
  });

  it('bounds operations that wait for their causes, and names what it turned away', async () => {
    const node = await open({ inbox: (writer, seen) => new CausalInbox(writer, seen, 2) });
    await node.receive([4, 3, 5].map((seq) => foreign('n2-bbbbbbbb', seq)));
    expect(node.health()['waiting']).to.include({ operations: 2 });
    expect(node.health()['counters']).to.include({ full: 1 });
    await node.receive([foreign('n2-bbbbbbbb', 1)]);
    expect(node.health()['missing']).to.deep.include({ node: 'n2-bbbbbbbb', from: 2, to: 2 });
    await node.receive([foreign('n2-bbbbbbbb', 2)]);
    expect(node.seen.get('n2-bbbbbbbb')).to.equal(4);
    await node.receive([foreign('n2-bbbbbbbb', 5)]);
    expect(node.seen.get('n2-bbbbbbbb')).to.equal(5);
  });

  it('keeps a bounded log, also across a restart; whoever is further behind takes a snapshot', async () => {
    const platters = new Platters();
    const options = { disk: instantDisk(platters), maxLogOperations: 5 };
    const node = await open(options);
    for (let i = 1; i <= 8; i++) await write(node, `k${i}`);
    for (const one of [node, await open(options)]) {
      const upTo = (seq: number): VectorTimestamp => VectorTimestamp.from([['n1-aaaaaaaa', seq]]);
      expect(one.since(upTo(2)).kind).to.equal('snapshot-needed');
      const found = one.since(upTo(3));
      expect(found.kind === 'operations' && found.operations.map(({ seq }) => seq)).to.deep.equal([4, 5, 6, 7, 8]);
    }
    expect([...platters.rows.keys()].filter((key) => key.startsWith('op/'))).to.have.length(5);
    const late = await open({ newWriter: () => 'n2-bbbbbbbb' });
    await late.join(JSON.parse(JSON.stringify(node.snapshot())) as ReturnType<StoreNode['snapshot']>);
    expect(late.seen.toString()).to.equal(node.seen.toString());
    expect((await late.read({ key: 'k1' })).state.register.siblings).to.have.length(1);
    expect(late.since(VectorTimestamp.EMPTY).kind, 'a snapshot is not in the log').to.equal('snapshot-needed');
  });

  it('refuses a snapshot that is malformed or claims our writes, and keeps what it has', async () => {
    const node = await open();
    await write(node, 'k');
    expect(await codeOf(node.join({ seen: 'nonsense', keys: [] }))).to.equal('bad-operation');
    expect(await codeOf(node.join({ seen: 'n1-aaaaaaaa=7', keys: [] }))).to.equal('bad-operation');
    expect(node.counters.claimsOurIdInSnapshot).to.equal(1);
    const many = Array.from({ length: MAX_WRITERS }, (_, i) => `n2-${String(i).padStart(8, '0')}=1`).join(',');
    expect(await codeOf(node.join({ seen: many, keys: [] }))).to.equal('bad-operation');
    // Another value under a number of ours.
    const forged = JSON.parse(JSON.stringify(node.snapshot()).replace('"value":"v"', '"value":"w"')) as Snapshot;
    expect(await codeOf(node.join(forged))).to.equal('done');
    expect(node.counters.contradictions).to.equal(1);
    const { state } = await node.read({ key: 'k' });
    expect(state.register.siblings.map(({ value }) => value.value)).to.deep.equal(['v']);
    expect(node.seen.toString()).to.equal('n1-aaaaaaaa=1');
  });

  it('hands out batches of a bounded number', async () => {
    const node = await open();
    await Promise.all(Array.from({ length: MAX_BATCH_OPERATIONS + 1 }, async (_, i) => write(node, `k${i}`)));
    const found = node.since(VectorTimestamp.EMPTY);
    expect(found.kind === 'operations' && found.operations.length).to.equal(MAX_BATCH_OPERATIONS);
  });

  it('bounds what a broker that is away still has to take', async () => {
    const node = await open();
    // Never started: it reaches nobody.
    const replication = new JetStreamReplication(node, 'nats://127.0.0.1:1', 'S');
    for (let i = 1; i <= MAX_UNPUBLISHED_OPERATIONS; i++) {
      const { register } = (await node.read({ key: 'k' })).state;
      await node.write({ key: 'k', value: 'v', context: formatContext('k', register.context), request: `b${i}` });
    }
    expect(replication.overload()).to.equal(undefined);
    expect(await write(node, 'k')).to.equal('done');
    expect(replication.overload()?.code).to.equal('broker-behind');
    const refusing = await open({ overload: () => new Refusal('broker-behind', 'full') });
    expect(await write(refusing, 'k')).to.equal('broker-behind');
  });

  it('counts two operations under one number that wait at once', async () => {
    const node = await open();
    const vector = VectorTimestamp.from([
      ['n2-bbbbbbbb', 2],
      ['n3-cccccccc', 1],
    ]);
    await node.receive([foreign('n2-bbbbbbbb', 2), foreign('n2-bbbbbbbb', 2, { vector })]);
    expect(node.health()['counters']).to.include({ malformed: 1 });
  });

  it('takes no more writes once a peer has more of its operations than it has itself', async () => {
    const node = await open();
    expect(await write(node, 'k')).to.equal('done');
    node.peerHasSeen(VectorTimestamp.from([['n1-aaaaaaaa', 1]]));
    expect(await write(node, 'k')).to.equal('done');
    node.peerHasSeen(VectorTimestamp.from([['n1-aaaaaaaa', 3]]));
    expect(await write(node, 'k'), 'it would use a number again').to.equal('identity-lost');
    expect(await codeOf(node.read({ key: 'k' }))).to.equal('done');
    expect(node.health()).to.include({ takesWrites: false });
  });

  it('stops for good when its disk fails, and does not call that a refusal', async () => {
    const disk = instantDisk();
    let broken = false;
    const failures: string[] = [];
    const node = await open({
      onFailure: ({ message }) => {
        failures.push(message);
      },
      disk: {
        ...disk,
        commit: async (writes) => (broken ? Promise.reject(new Error('EIO')) : disk.commit(writes)),
      },
    });
    expect(await write(node, 'k')).to.equal('done');
    broken = true;
    expect(await write(node, 'k')).to.equal('Error: EIO');
    expect(failures).to.deep.equal(['EIO']);
    broken = false;
    expect(await write(node, 'k'), 'nobody knows what is on the disk').to.equal('Error: EIO');
    expect((await node.read({ key: 'k' })).state.register.siblings, 'nothing of it is shown').to.have.length(1);
  });
});
