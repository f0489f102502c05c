/** docs/interop.md, held to its word: every sample runs as a user's file would, and prints what it says. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { repositoryRoot } from './support/repository.js';

const page = readFileSync(join(repositoryRoot, 'docs', 'interop.md'), 'utf8');
const samples = [...page.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(([, language, code]) => ({
  language,
  code: code as string,
}));
const run = promisify(execFile);

describe('docs/interop.md', () => {
  let folder: string;

  before(() => {
    // Inside the repository, where `otel-causality` is this package itself, through its exports.
    const build = join(repositoryRoot, 'build');
    mkdirSync(build, { recursive: true });
    folder = mkdtempSync(join(build, 'docs-interop-'));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has samples for each of the three systems, all of them JavaScript', () => {
    expect(samples).to.have.lengthOf.at.least(5);
    for (const { language } of samples) expect(language).to.equal('js');
    for (const system of ['like-a-clockwork', 'uhlc', 'MS-CV']) expect(page).to.include(`## Coming from ${system}`);
  });

  samples.forEach(({ code }, i) => {
    const printed = [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line as string);

    it(`sample ${i + 1} prints what it says: ${printed[0]?.slice(0, 50)}`, async () => {
      const file = join(folder, `sample-${i}.mjs`);
      writeFileSync(file, code);
      const { stdout, stderr } = await run(process.execPath, [file]);
      expect(printed).not.to.deep.equal([]);
      expect(stdout.trimEnd().split('\n')).to.deep.equal(printed);
      expect(stderr).to.equal('');
    });
  });
});
