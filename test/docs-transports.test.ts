/** docs/transports.md and the README's table of transports, held to the services and the tests that they quote. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { repositoryRoot } from './support/repository.js';

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

/** Code without types, notes of the oracle and white space: what the page and the service have in common. */
function bare(code: string): string {
  return code
    .replaceAll(/^\s*(?:replying|heard)\(.*\);\n|^.*tracer\.startSpan\('inside'\)\.end\(\);\n/gm, '')
    .replaceAll(
      /(\w+): (?:MsgHdrs|string|readonly string\[\]|http2\.OutgoingHttpHeaders|Record<string, string>)(?=[,)= ])/g,
      '$1',
    )
    .replaceAll(/\): (?:Record<string, string>|Link\[\]) (?=[={])/g, ') ')
    .replaceAll(/\s+/g, '');
}

describe('docs/transports.md', () => {
  const page = read('docs/transports.md');
  const quotes = [...page.matchAll(/<!-- from: (\S+) -->\s*```js\n([\s\S]*?)```/g)] as unknown as [
    string,
    string,
    string,
  ][];

  it('shows no code that is not run', () => {
    expect(quotes).to.have.length.greaterThan(9);
    expect([...page.matchAll(/```js/g)]).to.have.length(quotes.length);
    const strangers = quotes.filter(([, file, code]) => {
      // gRPC's three lines are far apart in the service, and there with more options.
      if (file.endsWith('/grpc.ts')) return !code.includes('grpcReplies(grpc');
      return !bare(read(file)).includes(bare(code));
    });
    expect(strangers.map(([, file, code]) => `${file}:\n${code}`)).to.deep.equal([]);
  });
});

describe('the README’s table of transports', () => {
  const lines = read('README.md').split('\n');
  const at = lines.findIndex((line) => /^\| transport +\| direction +\| works +\| shown by +\|$/.test(line));
  const rows = lines
    .slice(
      at + 2,
      lines.findIndex((line, i) => i > at && line === ''),
    )
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ) as [string, string, string, string][];
  const proofs = rows.map(([, , , proof]) => /^`([^`]+)`: (.+)$/.exec(proof) ?? []);

  it('names for each row a test that there is', () => {
    expect(rows.length).to.be.greaterThan(15);
    for (const [i, [, file, title]] of proofs.entries()) {
      expect(file, rows[i]?.join(' | ')).to.match(/^test\/.*\.test\.ts$/);
      expect(existsSync(join(repositoryRoot, file as string)), file).to.equal(true);
      const titles = [...read(file as string).matchAll(/\bit\(\s*[`']([^`']*)/g)].map(([, found]) => found as string);
      expect(
        titles.some((found) => found.startsWith(title as string)),
        `${file}: ${title}`,
      ).to.equal(true);
    }
  });

  it('leaves no test of a transport out', () => {
    for (const folder of ['test/transports', 'test/brokers']) {
      for (const file of readdirSync(join(repositoryRoot, folder)).filter((name) => name.endsWith('.test.ts'))) {
        expect(proofs.map(([, named]) => named)).to.include(`${folder}/${file}`);
      }
    }
  });
});
