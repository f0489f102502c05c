/** SIGKILL in the middle of a burst of writes; afterwards every acknowledged one must be there, at every node. */
import type { LocalCluster } from '../cluster/local-cluster.js';
import { askStore } from '../cluster/store-client.js';
import { allAgree, check, say, section, until } from './telling.js';

const BURST = 200;

export async function killWhileWriting(cluster: LocalCluster): Promise<void> {
  section('n2 is killed (SIGKILL) in the middle of a burst of writes');
  const acknowledged: string[] = [];
  let unheard = 0;
  const burst = Array.from({ length: BURST }, async (_, i) => {
    const key = `burst-${i}`;
    try {
      const { reply } = await askStore(cluster.url('n2'), { key, value: `value ${i}` });
      if (reply !== undefined) acknowledged.push(key);
      if (acknowledged.length === BURST / 4) await cluster.kill('n2');
    } catch {
      unheard++;
    }
  });
  await Promise.all(burst);
  say(`${acknowledged.length} writes were acknowledged, ${unheard} never heard of`);
  await cluster.startNode('n2');
  say(`n2 is back, and still writes as ${cluster.writer('n2')}`);
  await until('the nodes agree', async () => allAgree(cluster));
  let lost = 0;
  for (const node of cluster.names) {
    for (const key of acknowledged) {
      const { reply } = await askStore(cluster.url(node), { key });
      if (reply?.siblings.length !== 1) lost++;
    }
  }
  check(`all ${acknowledged.length} acknowledged writes are at all three nodes`, acknowledged.length > 0 && lost === 0);
  check('the kill came in the middle', unheard > 0);
}
