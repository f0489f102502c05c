/** The files for Docker name what exists, and tell each node what it understands. */
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { readSettings } from '../src/settings.js';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

interface Compose {
  readonly services: Readonly<Record<string, { readonly environment?: Readonly<Record<string, string>> }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

describe('deployment', () => {
  const { services } = parse(read('compose.yaml'), { merge: true }) as Compose;
  const nodes = ['n1', 'n2', 'n3'];

  it('starts three nodes that know each other', () => {
    for (const name of nodes) {
      const environment = { ...services[name]?.environment, HOST: '0.0.0.0', PORT: '4000', DATA_DIR: '/data' };
      const settings = readSettings({ ...environment, NATS_URL: '' });
      expect(settings.name).to.equal(name);
      expect([...settings.peers.keys()]).to.deep.equal(nodes.filter((other) => other !== name));
      expect([...settings.peers.values()].every((url) => url.endsWith(':4000'))).to.equal(true);
    }
  });

  it('runs files that the build makes', () => {
    const command = JSON.parse(/^CMD (.*)$/m.exec(read('Dockerfile'))?.[1] ?? '[]') as string[];
    const files = command.filter((word) => word.endsWith('.js'));
    expect(files).to.have.length(2);
    for (const file of files) expect(existsSync(new URL(`../../${file}`, import.meta.url)), file).to.equal(true);
  });

  for (const [name, value] of [
    ['NODE_NAME', 'a b'],
    ['PORT', '65536'],
    ['PORT', 'http'],
    ['PEERS', 'n2'],
    ['PEERS', 'n2=not a url'],
    ['NATS_STREAM', 'a.b'],
    ['SESSION_WAIT_MS', '-1'],
  ] as const) {
    it(`refuses ${name}=${value}, and says so`, () => {
      expect(() => readSettings({ [name]: value })).to.throw(`${name}=${value}`);
    });
  }
});
