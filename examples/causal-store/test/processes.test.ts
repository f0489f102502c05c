/** Real processes, HTTP, LevelDB and SIGKILL, over links that delay, lose, double and cut. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SOUND } from '../src/cluster/link-proxy.js';
import { LocalCluster } from '../src/cluster/local-cluster.js';
import { pause, runCampaign } from './processes/campaign.js';

const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const WORK_MS = Number(process.env['PROCESS_SECONDS'] ?? 25) * 1_000;

describe('real processes', function () {
  this.timeout(WORK_MS + 90_000);
  const directory = mkdtempSync(join(tmpdir(), 'causal-store-'));
  let cluster: LocalCluster;

  before(async () => {
    cluster = new LocalCluster({ directory, env: { PEER_SECRET: 'between us' } });
    await cluster.start();
  });

  after(async () => {
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it(`keep every promise for ${WORK_MS / 1_000} s of kills and partitions, SEED=${SEED}`, async () => {
    const harmed = { kills: 0, partitions: 0 };
    const weather = { cut: false, delayMs: 30, lost: 0.05, doubled: 0.1 };
    cluster.harm(weather);
    const { findings, counts } = await runCampaign(
      cluster,
      SEED,
      WORK_MS,
      async (random) => {
        const one = random.pick(cluster.names);
        await pause(random.between(20, 300));
        if (harmed.kills <= harmed.partitions) {
          harmed.kills++;
          await cluster.kill(one);
          await pause(random.between(1, 300));
          await cluster.startNode(one);
        } else {
          harmed.partitions++;
          cluster.harm({ ...weather, cut: true }, one);
          await pause(random.between(100, 1_500));
          cluster.harm(weather);
        }
      },
      async () => {
        cluster.harm(SOUND);
        for (const name of cluster.names) if (!cluster.isUp(name)) await cluster.startNode(name);
      },
    );
    console.log(
      `      SEED=${SEED} ${JSON.stringify({ ...counts, ...harmed, ...cluster.linkCounts() }).replaceAll('"', '')}`,
    );
    expect(findings.map(({ violation, message }) => `${violation}: ${message}`).slice(0, 5)).to.deep.equal([]);
    expect(counts['acknowledged'], 'acknowledged').to.be.greaterThan(100);
    expect(Math.min(harmed.kills, harmed.partitions), 'kills and partitions').to.be.greaterThan(0);
  });
});
