/** Clients against real processes while those are killed and parted; then everything is mended, read, and judged. */
import { checkHistory, type HistoryFinding } from '../../checker/check-history.js';
import { HistoryRecorder } from '../../checker/history.js';
import type { LocalCluster } from '../../src/cluster/local-cluster.js';
import { askStore } from '../../src/cluster/store-client.js';
import { World } from '../simulation/world.js';
import { type Ask, ClientSession, shownBy } from '../workload/client-session.js';

export interface CampaignResult {
  readonly findings: readonly HistoryFinding[];
  readonly counts: Readonly<Record<string, number>>;
}

const KEYS = ['a', 'b', 'c', 'd'];
const SETTLE_MS = 30_000;

/** @param harm something bad that happens once; called again and again until the time is over */
export async function runCampaign(
  cluster: LocalCluster,
  seed: number,
  workMs: number,
  harm: (random: World) => Promise<void>,
  mend: () => Promise<void>,
): Promise<CampaignResult> {
  const random = new World(seed);
  const recorder = new HistoryRecorder();
  const ask: Ask = async (node, call, { value, ...request }) => {
    return askStore(cluster.url(node), { ...request, value: call === 'read' ? undefined : (value ?? null) });
  };
  const end = Date.now() + workMs;
  const sessions = Array.from({ length: 6 }, async (_, i) => {
    const session = new ClientSession(`s${i}`, cluster.names, KEYS, new World(seed + i), recorder, ask);
    while (Date.now() < end) {
      await session.step();
      await pause(random.between(1, 60));
    }
  });
  while (Date.now() < end) await harm(random);
  await Promise.all(sessions);
  await mend();
  await settle(cluster);
  for (const node of cluster.names) {
    for (const key of KEYS) {
      const id = `final.${node}.${key}`;
      const common = {
        id,
        session: id,
        node,
        kind: 'get',
        key,
        sawRepliesOf: [],
        inSession: false,
        final: true,
      } as const;
      const heard = recorder.invoke(common);
      const { reply } = await ask(node, 'read', { key, request: id });
      heard(reply === undefined ? 'refused' : 'ok', reply === undefined ? [] : shownBy(reply));
    }
  }
  const { records } = recorder;
  const having = (outcome: string): number => records.filter((record) => record.outcome === outcome).length;
  return {
    findings: checkHistory(records),
    counts: {
      requests: records.length,
      acknowledged: having('ok'),
      unknown: having('unknown'),
      refused: having('refused'),
      siblings: records.filter(({ shown }) => shown.length > 1).length,
    },
  };
}

/** Waits until all nodes have applied the same. Gives up after a while: the final reads then show what differs. */
async function settle(cluster: LocalCluster): Promise<void> {
  for (const end = Date.now() + SETTLE_MS; Date.now() < end; await pause(50)) {
    const seen = await Promise.all(
      cluster.names.map(async (name) => {
        const health = (await (await fetch(`${cluster.url(name)}/health`)).json()) as { seen: unknown };
        return JSON.stringify(health.seen);
      }),
    );
    if (seen.every((one) => one === seen[0])) return;
  }
}

export async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
}
