import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { COMMANDS } from '../../src/cli/program.js';
import { repositoryRoot } from '../support/repository.js';
import { CHECKOUT, runCli } from '../support/run-cli.js';

const MAIN = join(repositoryRoot, 'build/src/cli/main.js');

describe('the command line', () => {
  it('tells its commands, and for each its options with an example', async () => {
    const all = await runCli(['--help']);
    expect(all.code).to.equal(0);
    for (const { name } of COMMANDS) {
      expect(all.out).to.include(`  ${name} `);
      const { code, out, err } = await runCli([name, '--help']);
      expect([code, err]).to.deep.equal([0, '']);
      expect(out)
        .to.include(`Usage: otel-causality ${name}`)
        .and.to.match(/Examples?:\n {2}otel-causality /);
      expect(out).to.include('--jaeger URL').and.to.include('--help');
      const prose = out.slice(0, out.indexOf('\nExample'));
      for (const line of prose.split('\n')) expect(line.length, line).to.be.at.most(100);
    }
  });

  it('ends with 2 and says what to do where the command line cannot be followed', async () => {
    const cases: readonly [args: readonly string[], says: RegExp][] = [
      [[], /Usage: otel-causality <command>/],
      [['sort'], /no command "sort"; there are order, check/],
      [['order'], /name a file to read, - for standard input, or a backend/],
      [['order', '--fromat', 'json', 'x'], /no option --fromat/],
      [['order', '--formats', 'json', 'x'], /did you mean --format\?/],
      [['order', '--format', 'xml', 'x'], /--format is "xml"; it can be text, json/],
      [['order', '--columns', '20', 'x'], /--columns is "20"; it has to be a whole number from 80/],
      [['order', '--format'], /--format/],
      [['order', '--limit', '1', '--limit', '2', 'x'], /--limit is there twice/],
      [['order', '--trace', 'xyz', 'x'], /up to 32 hexadecimal digits/],
      [['order', '--service', 'a', 'x'], /--service is for a backend/],
      [['order', '--jaeger', 'http://a', '--zipkin', 'http://b'], /one backend at a time/],
      [['order', '--jaeger', 'http://a', 'file'], /either files or --jaeger/],
      [['order', '--jaeger', 'http://a', '--query', '{}'], /only --tempo takes it/],
      [['order', '--jaeger', 'localhost'], /an address such as http:\/\/localhost:16686/],
      [['order', '--jaeger', 'http://a', '--header', 'secret'], /--header needs a name and a value/],
      [['order', '-', '-'], /once only/],
      [['check', '--fail-on', 'races', 'x'], /it can name skew, missing, clash, race/],
    ];
    for (const [args, says] of cases) {
      const { code, out, err } = await runCli(args);
      expect(code, args.join(' ')).to.equal(2);
      expect(out).to.equal('');
      expect(err).to.match(says);
    }
  });

  it('ends with 2 where nothing could be read, and goes on where something could', async () => {
    const none = await runCli(['check', '/nowhere/traces.jsonl']);
    expect(none).to.deep.equal({
      code: 2,
      out: '',
      err: '/nowhere/traces.jsonl: there is no such file\notel-causality: nothing could be read\n',
    });
    const some = await runCli(['check', '--fail-on', 'none', '/nowhere/traces.jsonl', CHECKOUT]);
    expect(some.code).to.equal(0);
    expect(some.err).to.equal('/nowhere/traces.jsonl: there is no such file\n');
    const other = await runCli(['order', '--trace', '0123', CHECKOUT]);
    expect(other.code).to.equal(2);
    expect(other.err).to.include('no trace begins with 0123, but 18 spans of other traces were read');
  });

  it('colours only what goes to a terminal, and not where NO_COLOR is set', async () => {
    const isColoured = ({ out }: { out: string }): boolean => out.includes('\u001b[');
    expect(isColoured(await runCli(['order', CHECKOUT]))).to.equal(false);
    expect(isColoured(await runCli(['order', CHECKOUT], { isTTY: true, columns: 100 }))).to.equal(true);
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      expect(isColoured(await runCli(['order', CHECKOUT], { isTTY: true, env }))).to.equal(false);
    }
    expect(isColoured(await runCli(['order', CHECKOUT], { isTTY: true, env: { NO_COLOR: '' } }))).to.equal(true);
  });

  it('is a program that Node can start, reads standard input, and does not mind a closed pipe', () => {
    expect(readFileSync(join(repositoryRoot, 'dist/esm/cli/main.js'), 'utf8')).to.match(/^#!\/usr\/bin\/env node\n/);
    const input = readFileSync(CHECKOUT);
    const checked = spawnSync(process.execPath, [MAIN, 'check', '-'], { input, encoding: 'utf8' });
    expect([checked.status, checked.stderr]).to.deep.equal([1, '']);
    expect(checked.stdout).to.include('18 spans of 1 trace');
    const piped = spawnSync('sh', [
      '-c',
      `"${process.execPath}" "${MAIN}" order --format json "${CHECKOUT}" | head -c 10`,
    ]);
    expect([piped.stdout.toString(), piped.stderr.toString()]).to.deep.equal(['{"traces":', '']);
  });
});
