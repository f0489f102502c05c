/** The samples of a page of docs, each run as a user's file would be. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { repositoryRoot } from './repository.js';

export interface Sample {
  readonly language: string;
  readonly code: string;
}

const run = promisify(execFile);

/** A page of docs, and what stands in its fences. */
export function readPage(name: string): { readonly page: string; readonly samples: readonly Sample[] } {
  const page = readFileSync(join(repositoryRoot, 'docs', name), 'utf8');
  const fences = page.matchAll(/```(\w*)\n([\s\S]*?)```/g);
  return { page, samples: Array.from(fences, ([, language = '', code = '']) => ({ language, code })) };
}

/** A test for each sample: it prints what stands behind its arrows, and nothing else. */
export function itPrintsWhatItSays(samples: readonly Sample[]): void {
  let folder: string;

  before(() => {
    // Inside the repository, where `otel-causality` is this package itself, through its exports.
    const build = join(repositoryRoot, 'build');
    mkdirSync(build, { recursive: true });
    folder = mkdtempSync(join(build, 'docs-'));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  samples.forEach(({ code }, i) => {
    const printed = Array.from(code.matchAll(/\/\/ → (.*)$/gm), ([, line]) => line as string);

    it(`sample ${i + 1} prints what it says: ${printed[0]?.slice(0, 50)}`, async () => {
      const file = join(folder, `sample-${i}.mjs`);
      writeFileSync(file, code);
      const { stdout, stderr } = await run(process.execPath, [file], { cwd: folder });
      expect(printed).not.to.deep.equal([]);
      expect(stdout.trimEnd().split('\n')).to.deep.equal(printed);
      expect(stderr).to.equal('');
    });
  });
}
