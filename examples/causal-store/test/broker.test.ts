/** The same nodes with NATS JetStream between them and no addresses of each other: the broker carries everything. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { LocalCluster } from '../src/cluster/local-cluster.js';
import { pause, runCampaign } from './processes/campaign.js';
import { hasNatsServer, NatsServer } from './processes/nats-server.js';

const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const WORK_MS = Number(process.env['BROKER_SECONDS'] ?? 12) * 1_000;

describe('real processes over NATS JetStream', function () {
  this.timeout(WORK_MS + 90_000);
  const directory = mkdtempSync(join(tmpdir(), 'causal-store-'));
  const broker = new NatsServer(join(directory, 'nats'));
  let cluster: LocalCluster | undefined;

  before(async function () {
    if (!hasNatsServer()) {
      console.log('      skipped: no nats-server here (Debian has one; or name one in NATS_SERVER)');
      this.skip();
    }
    await broker.start();
    cluster = new LocalCluster({ directory, peers: false, env: { NATS_URL: broker.url } });
    await cluster.start();
  });

  after(async () => {
    await cluster?.stop();
    await broker.kill('SIGTERM');
    rmSync(directory, { recursive: true, force: true });
  });

  it(`keep every promise for ${WORK_MS / 1_000} s of kills and broker restarts, SEED=${SEED}`, async () => {
    if (cluster === undefined) throw new Error('not started');
    const nodes = cluster;
    const harmed = { kills: 0, brokerKills: 0 };
    const { findings, counts } = await runCampaign(
      nodes,
      SEED,
      WORK_MS,
      async (random) => {
        await pause(random.between(100, 800));
        if (harmed.brokerKills * 2 <= harmed.kills) {
          harmed.brokerKills++;
          await broker.kill('SIGKILL');
          await pause(random.between(10, 800));
          await broker.start();
        } else {
          const one = random.pick(nodes.names);
          harmed.kills++;
          await nodes.kill(one);
          await pause(random.between(1, 300));
          await nodes.startNode(one);
        }
      },
      async () => {
        for (const name of nodes.names) if (!nodes.isUp(name)) await nodes.startNode(name);
      },
    );
    console.log(`      SEED=${SEED} ${JSON.stringify({ ...counts, ...harmed }).replaceAll('"', '')}`);
    expect(findings.map(({ violation, message }) => `${violation}: ${message}`).slice(0, 5)).to.deep.equal([]);
    expect(counts['acknowledged'], 'acknowledged').to.be.greaterThan(100);
    expect(Math.min(harmed.kills, harmed.brokerKills), 'kills of nodes and of the broker').to.be.greaterThan(0);
  });
});
