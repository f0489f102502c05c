/**
 * Seeded fault schedules against the real core, checked by history. SEED and SCHEDULES choose which; a failure prints the
 * seed that repeats it.
 */
import { expect } from 'chai';
import type { Violation } from '../checker/check-history.js';
import type { Inbox } from '../src/core/inbox.js';
import { SimulatedCluster } from './simulation/simulated-cluster.js';
import { World } from './simulation/world.js';
import { runSchedule, type ScheduleOptions } from './simulation/schedule.js';

const FIRST = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const SCHEDULES = Number(process.env['SCHEDULES'] ?? 300);

/** Lets operations through in their writer's order and looks at nobody else's. */
function fifoInbox(seen: ReadonlyMap<string, number>): Inbox {
  const applied = new Map(seen);
  return {
    offer(operation) {
      if (operation.seq !== (applied.get(operation.writer) ?? 0) + 1) return [];
      applied.set(operation.writer, operation.seq);
      return [operation];
    },
    countOwn: () => undefined,
    catchUp: () => [],
    missing: () => [],
    size: 0,
    counters: { duplicates: 0, claimsOurId: 0, full: 0, malformed: 0 },
  };
}

describe('simulated schedules', function () {
  this.timeout(120_000);

  it(`keeps every promise in ${SCHEDULES} schedules from SEED=${FIRST}`, async () => {
    const totals: Record<string, number> = {};
    for (let seed = FIRST; seed < FIRST + SCHEDULES; seed++) {
      const { findings, faults, recorder: _, ...counts } = await runSchedule(seed);
      // In a world without forgers nobody may look like one.
      expect(counts.suspicions, `SEED=${seed}`).to.equal(0);
      const repeat = `repeat with SEED=${seed} SCHEDULES=1`;
      expect(findings.map(({ violation, message }) => `${violation}: ${message}`).slice(0, 5), repeat).to.deep.equal(
        [],
      );
      for (const [name, count] of Object.entries({ ...counts, ...faults })) totals[name] = (totals[name] ?? 0) + count;
    }
    totals['virtualMs'] = Math.round(totals['virtualMs'] ?? 0);
    console.log(`      SEED=${FIRST} SCHEDULES=${SCHEDULES} ${JSON.stringify(totals).replaceAll('"', '')}`);
    // A campaign in which nothing went wrong proves nothing. (A single schedule may be calm.)
    if (SCHEDULES < 50) return;
    for (const harm of [
      'kills',
      'partitions',
      'lost',
      'doubled',
      'slow',
      'parted',
      'siblings',
      'unknown',
      'snapshots',
      'sessionWaits',
    ]) {
      expect(totals[harm], harm).to.be.greaterThan(0);
    }
  });

  it('takes a node with an empty disk in again, as a new writer', async () => {
    const world = new World(FIRST);
    const cluster = new SimulatedCluster(world);
    for (const name of cluster.names) void cluster.start(name);
    await world.run(1_000);
    const old = cluster.node('n3')?.writer;
    let written = 0;
    for (let i = 0; i < 20; i++) {
      const node = cluster.node(cluster.names[i % 3] ?? '');
      void node?.write({ key: `k${i}`, value: 'v', request: `r${i}` }).then(() => ++written);
    }
    await world.run(world.now + 5_000, () => written === 20 && cluster.isSettled());
    cluster.kill('n3');
    cluster.replaceDisk('n3');
    void cluster.start('n3');
    await world.run(world.now + 5_000, () => cluster.isSettled());
    expect(cluster.isSettled(), 'settled').to.equal(true);
    expect(cluster.node('n3')?.writer).not.to.equal(old);
    expect(cluster.node('n3')?.health()).to.include({ keys: 20, takesWrites: true });
  });

  it('repeats a schedule exactly', async () => {
    const [first, second] = [await runSchedule(FIRST), await runSchedule(FIRST)];
    expect(second.recorder.records).to.deep.equal(first.recorder.records);
    expect((await runSchedule(FIRST + 1)).recorder.records).not.to.deep.equal(first.recorder.records);
  });

  const defects: readonly [string, ScheduleOptions, readonly Violation[]][] = [
    ['a disk that reports what is not durable', { noFsync: true }, ['lost-write']],
    [
      'an inbox that lets operations overtake their causes',
      { inbox: (_, seen) => fifoInbox(new Map(seen)) },
      ['lost-write', 'divergence', 'overwritten-value-read'],
    ],
    ['sessions without their tokens', { dropTokens: true }, ['read-your-writes', 'monotonic-reads']],
    ['writes that replace what nobody saw', { widenContexts: true }, ['lost-write']],
  ];
  for (const [title, defect, expected] of defects) {
    it(`finds ${title}`, async () => {
      const found = new Set<Violation>();
      for (let seed = 1; seed <= 60 && !expected.some((violation) => found.has(violation)); seed++) {
        for (const { violation } of (await runSchedule(seed, defect)).findings) found.add(violation);
      }
      expect([...found], 'in 60 schedules').to.include.oneOf([...expected]);
    });
  }
});
