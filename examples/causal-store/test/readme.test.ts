/** The README's curl lines are run, and answer what it says; its limits are the ones in force. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { LocalCluster } from '../src/cluster/local-cluster.js';
import * as limits from '../src/limits.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const between = (name: string): string =>
  readme.split(`<!-- ${name}:begin -->`)[1]?.split(`<!-- ${name}:end -->`)[0] ?? '';

describe('README', function () {
  this.timeout(60_000);

  it('names limits as they are', () => {
    const rows = [...between('limits').matchAll(/^\| `(\w+)` +\| ([\d,]+) /gm)];
    expect(rows.length).to.be.greaterThan(20);
    for (const [, name = '', value = ''] of rows) {
      expect(Number(value.replaceAll(',', '')), name).to.equal((limits as Record<string, unknown>)[name]);
    }
  });

  describe('curl lines', () => {
    const directory = mkdtempSync(join(tmpdir(), 'causal-store-'));
    const cluster = new LocalCluster({ directory });

    before(async function () {
      if (spawnSync('curl', ['--version']).status !== 0) {
        console.log('      skipped: no curl here');
        this.skip();
      }
      await cluster.start();
    });

    after(async () => {
      await cluster.stop();
      rmSync(directory, { recursive: true, force: true });
    });

    it('answer as it says', async () => {
      // The names of writers differ from run to run, and tokens are made of them.
      const actual = (text: string): string =>
        cluster.names
          .reduce((all, name, i) => all.replaceAll(`http://127.0.0.1:${4001 + i}`, cluster.url(name)), text)
          .replaceAll(/n[123]-[0-9a-f]{8}/g, (name) => cluster.writer(name.slice(0, 2)));
      const lines = between('curl').split('\n');
      const commands = lines.flatMap((line, i) => (line.startsWith('$ ') ? [[line.slice(2), lines[i + 1] ?? '']] : []));
      expect(commands).to.have.length(7);
      for (const [command = '', answer = ''] of commands) {
        expect((await shell(actual(command))).trim(), command).to.equal(actual(answer));
      }
    });
  });
});

async function shell(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
}
