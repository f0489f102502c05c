/** SIGKILL in the middle of a stream of writes; afterwards every acknowledged one must be there, at every node. */
import type { LocalCluster } from '../cluster/local-cluster.js';
import { askStore } from '../cluster/store-client.js';
import { allAgree, check, say, section, until } from './telling.js';

const WRITERS = 10;
const KILLED_AFTER = 100;

/** Should the kill never come. */
const MOST_WRITES = 2_000;

export async function killWhileWriting(cluster: LocalCluster): Promise<void> {
  section('n2 is killed (SIGKILL) in the middle of a stream of writes');
  const acknowledged: string[] = [];
  let begun = 0;
  let killed: Promise<void> | undefined;
  // Each writes one key after the other until it gets no answer.
  const writers = Array.from({ length: WRITERS }, async () => {
    while (begun < MOST_WRITES) {
      const key = `stream-${begun++}`;
      try {
        const { reply } = await askStore(cluster.url('n2'), { key, value: 'one of many' });
        if (reply !== undefined) acknowledged.push(key);
      } catch {
        return;
      }
      if (acknowledged.length >= KILLED_AFTER) killed ??= cluster.kill('n2');
    }
  });
  await Promise.all(writers);
  await killed;
  const unheard = begun - acknowledged.length;
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
