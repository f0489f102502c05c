import { SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { MAX_TARGET_PATTERNS } from '../../src/clocks/limits.js';
import { EnvironmentValues } from '../../src/otel/environment-values.js';
import { propagatorEnvironment } from '../../src/otel/propagator-environment.js';
import { targetsOf } from '../../src/otel/targets.js';
import { diagLines } from '../support/diag-lines.js';
import { TestNode } from '../support/fleet.js';

function targets(text: string): { to: (attributes: Record<string, unknown>) => boolean; problems: readonly string[] } {
  const variables = new EnvironmentValues({ OTEL_CAUSALITY_TARGETS: text });
  const propagateTo = targetsOf(variables);
  if (propagateTo === undefined) throw new Error('says nothing');
  return { to: (attributes) => propagateTo(attributes as never), problems: variables.problems };
}

const host = (address: string, port?: number): Record<string, unknown> =>
  port === undefined ? { 'server.address': address } : { 'server.address': address, 'server.port': port };

describe('OTEL_CAUSALITY_TARGETS', () => {
  it('matches hosts as they are and by their end', () => {
    const { to, problems } = targets(' orders.internal , *.Svc.Cluster.local,10.0.0.7,');
    expect(problems).to.deep.equal([]);
    for (const yes of [
      'orders.internal',
      'ORDERS.internal.',
      'a.svc.cluster.local',
      'a.b.svc.cluster.local',
      '10.0.0.7',
    ])
      expect(to(host(yes, 80)), yes).to.equal(true);
    for (const no of [
      'internal',
      'a.orders.internal',
      'svc.cluster.local',
      '.svc.cluster.local',
      'evilsvc.cluster.local',
    ])
      expect(to(host(no)), no).to.equal(false);
    expect(to(host('orders.internal.evil.example'))).to.equal(false);
    expect(to({})).to.equal(false);
    expect(to(host(''))).to.equal(false);
    expect(to({ 'server.address': 7 })).to.equal(false);
  });

  it('says what it takes, and passes over what is none', () => {
    expect(targets('a.example, ,\t,b.example').problems).to.deep.equal([]);
    const form = "a host, '*.suffix' or '*', each with a port or without, separated by commas";
    for (const bad of ['*..', '.', '[::1]x', 'x[::1]', '::1/64', 'g::1', 'a b', '*x.example', ':80', '[]']) {
      expect(targets(` ${bad} `).problems).to.deep.equal([
        `OTEL_CAUSALITY_TARGETS: expected ${form}, got ${JSON.stringify(bad)}; it matches nothing`,
      ]);
    }
    expect(targets('a.example, a b ,b.example').problems.join()).to.include(', got "a b"; ');
    const many = Array.from({ length: MAX_TARGET_PATTERNS + 1 }, (_, i) => `h${i}`).join(',');
    const { to, problems } = targets(many);
    expect(problems[0]).to.include(`expected at most ${MAX_TARGET_PATTERNS} hosts, got `);
    expect(problems[0]).to.match(/; the others get no stamps$/);
    expect([to(host('h0')), to(host(`h${MAX_TARGET_PATTERNS}`))]).to.deep.equal([true, false]);
  });

  it('reads addresses of version 6 whole', () => {
    const { to } = targets('2001:db8:0:1::12,::ffff:10.0.0.7');
    expect([to(host('2001:DB8:0:1::12')), to(host('[2001:db8:0:1::12]:80'))]).to.deep.equal([true, true]);
    expect(to(host('::ffff:10.0.0.7'))).to.equal(true);
    const all = targets('*').to;
    for (const odd of ['fe80::1%eth0', 'x[::1]', '[::1]x', 'z::1', ':80']) expect(all(host(odd)), odd).to.equal(false);
  });

  it('goes by the URL where there is no address, and only by a whole one', () => {
    const { to } = targets('a.example:8080');
    expect(to({ 'server.address': '', 'url.full': 'http://a.example:8080/' })).to.equal(true);
    for (const url of ['see http://a.example:8080/', ['http://a.example:8080/'], 7]) {
      expect(to({ 'url.full': url }), String(url)).to.equal(false);
    }
  });

  it('minds a port only where the pattern has one', () => {
    const { to } = targets('a.example:8080,[::1]:90,fe80::1,*.b.example:443');
    expect(to(host('a.example', 8080))).to.equal(true);
    expect(to({ 'server.address': 'a.example', 'server.port': '8080' })).to.equal(true);
    expect(to(host('a.example:8080'))).to.equal(true);
    for (const other of [host('a.example', 80), host('a.example')]) expect(to(other)).to.equal(false);
    expect(to(host('::1', 90))).to.equal(true);
    expect(to(host('[::1]', 90))).to.equal(true);
    expect(to(host('::1', 91))).to.equal(false);
    expect(to(host('fe80::1', 5))).to.equal(true);
    expect(to(host('x.b.example', 443))).to.equal(true);
    expect(to(host('x.b.example', 80))).to.equal(false);
  });

  it('knows the names that instrumentations gave and give to the target', () => {
    const { to } = targets('a.example:8080');
    expect(to({ 'net.peer.name': 'a.example', 'net.peer.port': 8080 })).to.equal(true);
    expect(to({ 'url.full': 'http://user:secret@A.example:8080/path?q=@b' })).to.equal(true);
    expect(to({ 'http.url': 'http://a.example:8080' })).to.equal(true);
    for (const url of [
      'http://b.example:8080/@a.example:8080',
      'http://a.example:8080@b.example/',
      'a.example:8080',
      '',
    ])
      expect(to({ 'url.full': url }), url).to.equal(false);
  });

  it('* is every target that has a name', () => {
    const { to } = targets('*');
    expect(to(host('anything'))).to.equal(true);
    expect(to({})).to.equal(false);
  });

  it('refuses what is no pattern, which then opens nothing', () => {
    for (const bad of [
      'http://a.example',
      'a.*',
      '**',
      '*.',
      'a b',
      '(a+)+$',
      '*a.example',
      '*:80',
      'a:99999999',
      '.',
    ]) {
      const { to, problems } = targets(`${bad},good.example`);
      expect(problems, bad).to.have.length(1);
      expect(problems[0]).to.include('OTEL_CAUSALITY_TARGETS').and.include(JSON.stringify(bad));
      expect(to(host('good.example')), bad).to.equal(true);
      for (const other of ['a.example', 'a', 'aaaa', 'a.b', '99', '.']) expect(to(host(other)), bad).to.equal(false);
      expect(targets(bad).to(host('a.example'))).to.equal(false);
    }
  });

  it('takes so many patterns and no more', () => {
    const hosts = Array.from({ length: MAX_TARGET_PATTERNS + 1 }, (_, i) => `h${i}.example`);
    const full = targets(hosts.slice(0, -1).join());
    expect(full.problems).to.deep.equal([]);
    expect(full.to(host(`h${MAX_TARGET_PATTERNS - 1}.example`))).to.equal(true);
    const over = targets(hosts.join());
    expect(over.problems).to.have.length(1);
    expect(over.to(host(`h${MAX_TARGET_PATTERNS}.example`))).to.equal(false);
  });

  it('takes no time that grows faster than the host', () => {
    const { to } = targets('*.aaaaaaaaaaaaaaaaaaaaaaaaaaaa,*.a.a.a.a.a.a.a');
    const long = `${'a.'.repeat(500_000)}b`;
    const began = process.cpuUsage();
    expect(to(host(long))).to.equal(false);
    expect(to({ 'url.full': `http://${long}/` })).to.equal(false);
    expect(process.cpuUsage(began).user).to.be.lessThan(2_000_000);
  });

  it('and OTEL_CAUSALITY_CARRIER are read by a propagator that has no such option', () => {
    const environment = { OTEL_CAUSALITY_TARGETS: 'a.example', OTEL_CAUSALITY_CARRIER: ' Header ' };
    Object.assign(process.env, environment);
    try {
      const node = new TestNode('sender');
      const sent = (address: string): Record<string, string> =>
        node.inject(
          node.start('call', undefined, { kind: SpanKind.CLIENT, attributes: host(address) as never }).context,
        );
      expect(sent('a.example')).to.include.keys('causality', 'tracestate');
      expect(sent('b.example')).to.include.keys('tracestate').and.not.include.keys('causality');
      const other = new TestNode('other', { propagator: { carrier: 'baggage', propagateTo: () => true } });
      expect(other.inject(other.start('call').context)).to.include.keys('baggage');
      process.env['OTEL_CAUSALITY_CARRIER'] = 'pigeon';
      const lines = diagLines(() => {
        expect(new TestNode('third', { propagator: { propagateTo: () => true } }).propagator.fields()).to.include(
          'baggage',
        );
      });
      expect(lines.filter((line) => line.includes('OTEL_CAUSALITY_CARRIER'))).to.have.length(1);
    } finally {
      for (const name of Object.keys(environment)) delete process.env[name];
    }
    expect(propagatorEnvironment({})).to.deep.equal({ carrier: undefined, propagateTo: undefined, problems: [] });
  });
});
