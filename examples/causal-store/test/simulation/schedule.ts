/**
 * One seeded schedule: clients at work, while nodes are killed and parted and the network does what it can; then
 * everything is mended, and every node is read.
 */
import { checkHistory, type HistoryFinding } from '../../checker/check-history.js';
import { HistoryRecorder } from '../../checker/history.js';
import type { ReplyJson } from '../../src/core/client-protocol.js';
import { type Ask, ClientSession, shownBy } from '../workload/client-session.js';
import { type Defects, SimulatedCluster } from './simulated-cluster.js';
import { CALM } from './simulated-network.js';
import { World } from './world.js';

const SESSIONS = 5;
const WORK_MS = 12_000;
const HEAL_MS = 60_000;
const CLIENT_TIMEOUT_MS = 4_000;

export interface ScheduleOptions extends Defects {
  /** Sessions that lose their tokens: what the store promises to them is not kept, and must be found broken. */
  readonly dropTokens?: boolean;
  /** Contexts that a careless client makes wider than what it was shown. */
  readonly widenContexts?: boolean;
}

export interface ScheduleResult {
  readonly findings: readonly HistoryFinding[];
  readonly requests: number;
  readonly acknowledged: number;
  readonly unknown: number;
  readonly refused: number;
  readonly siblings: number;
  readonly kills: number;
  readonly partitions: number;
  readonly snapshots: number;
  readonly sessionWaits: number;
  /** Nodes that took honest ones for forgers, or found their own identity used. */
  readonly suspicions: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly virtualMs: number;
  readonly recorder: HistoryRecorder;
}

export async function runSchedule(seed: number, options: ScheduleOptions = {}): Promise<ScheduleResult> {
  const world = new World(seed);
  const cluster = new SimulatedCluster(world, options, seed % 3 === 0);
  const { network, names } = cluster;
  const recorder = new HistoryRecorder();
  const keys = ['a', 'b', 'c'];
  const ask: Ask = async (node, call, { session, ...request }) => {
    const sent = options.dropTokens === true ? request : { ...request, session };
    if (options.widenContexts === true && sent.context !== undefined) {
      const seen = cluster.node(node)?.seen.toString();
      if (seen !== undefined) sent.context = sent.context.replace(/[^;]*$/, seen);
    }
    const text = await network.call('client', node, call, JSON.stringify(sent), CLIENT_TIMEOUT_MS);
    return JSON.parse(text) as { status: number; reply?: ReplyJson };
  };
  for (const name of names) void cluster.start(name);
  network.weather = { delayMs: world.pick([2, 20, 80]), slow: 0.05, lost: world.pick([0, 0.02, 0.1]), doubled: 0.1 };

  let working = SESSIONS;
  for (let i = 1; i <= SESSIONS; i++) {
    const session = new ClientSession(`s${i}`, names, keys, world, recorder, ask);
    void (async () => {
      while (world.now < WORK_MS) {
        await session.step();
        await world.sleep(world.between(10, 800));
      }
      working--;
    })();
  }
  let partitions = 0;
  const harm = (): void => {
    if (world.now >= WORK_MS) return;
    const one = world.pick(names);
    if (world.chance(0.45)) {
      cluster.kill(one);
      world.after(world.between(1, 2_500), () => void cluster.start(one));
    } else if (world.chance(0.6)) {
      partitions++;
      for (const other of names) {
        if (other === one) continue;
        network.cut(one, other);
        if (world.chance(0.8)) network.cut(other, one);
      }
      world.after(world.between(200, 4_000), () => network.heal());
    }
    world.after(world.between(100, 1_500), harm);
  };
  world.after(world.between(100, 1_000), harm);

  await world.run(WORK_MS + 2 * CLIENT_TIMEOUT_MS, () => working === 0 && world.now >= WORK_MS);
  network.weather = CALM;
  network.heal();
  for (const name of names) void cluster.start(name);
  await world.run(world.now + HEAL_MS, () => cluster.isSettled());
  await finalReads(world, names, keys, recorder, ask);
  const outcomes = (outcome: string): number => recorder.records.filter((record) => record.outcome === outcome).length;
  return {
    findings: checkHistory(recorder.records),
    requests: recorder.records.length,
    acknowledged: outcomes('ok'),
    unknown: outcomes('unknown'),
    refused: outcomes('refused'),
    siblings: recorder.records.filter(({ shown }) => shown.length > 1).length,
    kills: cluster.kills,
    partitions,
    snapshots: cluster.total(({ counters }) => counters.snapshots),
    sessionWaits: cluster.total(({ counters }) => counters.sessionWaits),
    suspicions: cluster.total(
      ({ counters, refusals }) =>
        refusals.claimsOurId + counters.identityClashes + counters.contradictions + counters.claimsOurIdInSnapshot,
    ),
    faults: network.faults,
    virtualMs: world.now,
    recorder,
  };
}

async function finalReads(
  world: World,
  names: readonly string[],
  keys: readonly string[],
  recorder: HistoryRecorder,
  ask: Ask,
): Promise<void> {
  let open = names.length * keys.length;
  for (const node of names) {
    for (const key of keys) {
      const id = `final.${node}.${key}`;
      const end = recorder.invoke({
        id,
        session: id,
        node,
        kind: 'get',
        key,
        sawRepliesOf: [],
        inSession: false,
        final: true,
      });
      void ask(node, 'read', { key, request: id })
        .then(
          ({ reply }) => end(reply === undefined ? 'refused' : 'ok', reply === undefined ? [] : shownBy(reply)),
          () => end('unknown', []),
        )
        .finally(() => {
          open--;
        });
    }
  }
  await world.run(world.now + CLIENT_TIMEOUT_MS + 1, () => open === 0);
}
