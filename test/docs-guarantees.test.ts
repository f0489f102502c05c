/** docs/guarantees.md, held to the tests that it names, to the attacks that are shown, and to the reasons that are counted. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { repositoryRoot } from './support/repository.js';

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

/** A test that the page names, and how the title begins that it means, where it says. */
const NAMED = /`(test\/[^`]+)`(?:: ([^;|\n]+))?/g;

/** The texts of a type that is a union of them, as the source spells it. */
function textsOf(type: string): string[] {
  const source = read('src/otel/counters.ts');
  const at = source.indexOf(`export type ${type} =`);
  return [...source.slice(at, source.indexOf(';', at)).matchAll(/'([^']+)'/g)].map(([, text]) => text as string);
}

describe('docs/guarantees.md', () => {
  const page = read('docs/guarantees.md');
  const named = [...page.matchAll(NAMED)].map(([, path, title]) => ({ path: path as string, title: title?.trim() }));

  it('names tests, and files only', () => {
    expect(named.length).to.be.above(80);
    for (const { path } of named) {
      expect(path).to.match(/\.test\.ts$/);
      expect(existsSync(join(repositoryRoot, path)) && statSync(join(repositoryRoot, path)).isFile(), path).to.equal(
        true,
      );
    }
  });

  it('names them as they are called', () => {
    for (const { path, title } of named) {
      if (title === undefined) continue;
      const titles = [...read(path).matchAll(/\b(?:it|describe)\(\s*[`'"]((?:[^`'"\\]|\\.)*)/g)].map(
        ([, found]) => found,
      );
      expect(
        titles.some((found) => found?.startsWith(title)),
        `${path}: ${title}`,
      ).to.equal(true);
    }
  });

  it('has a test beside each promise and each failure, but for what it does not promise', () => {
    // What a run of the soak printed is a table, too.
    const rows = page
      .replace(/^## Soaked\n[^]*?(?=^## )/m, '')
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (?:promise|failure|attack) |^\| -/.test(line));
    const bare = rows.filter((line) => !line.includes('`test/') && !line.includes('outside the promise'));
    expect(rows.length).to.be.above(70);
    expect(bare).to.deep.equal([]);
  });

  it('leaves no attack out', () => {
    const shown = readdirSync(join(repositoryRoot, 'test/attacks')).map((name) => `test/attacks/${name}`);
    expect(named.map(({ path }) => path)).to.include.members(shown);
  });

  it('says what each reason of incompleteness comes from', () => {
    const reasons = textsOf('IncompleteReason');
    expect(reasons).to.include('trace-returned');
    const counted = page.split('\n').filter((line) => line.startsWith('| '));
    for (const reason of reasons) {
      expect(
        counted.some((line) => line.includes(`\`${reason}\``)),
        reason,
      ).to.equal(true);
    }
  });

  it('and docs/metrics.md together name every reason that is counted', () => {
    const metrics = read('docs/metrics.md');
    for (const [heading, type] of [
      ['Reasons of a refusal', 'RefusalReason'],
      ['Reasons of incompleteness', 'IncompleteReason'],
    ] as const) {
      const paragraph = metrics.slice(metrics.indexOf(`**${heading}**`)).split('\n\n')[0] ?? '';
      const listed = [...paragraph.matchAll(/`([a-z-]+)`/g)].map(([, reason]) => reason);
      expect(listed.filter((one) => textsOf(type).includes(one as string))).to.have.members(textsOf(type));
    }
  });
});
