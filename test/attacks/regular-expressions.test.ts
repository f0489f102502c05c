/**
 * Texts that make a regular expression look at them again and again. Every expression of the sources is held to linear
 * time, by its structure and by its work on the worst texts for it; a new one is found and held to it by itself.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { expect } from 'chai';
import { analyse } from 'scslre';
import { findExpressions, type WorstText, worstTexts } from '../support/regular-expressions.js';
import { repositoryRoot } from '../support/repository.js';
import { readSourceTree, type SourceTree } from '../support/source-tree.js';

/** Generated: a browser's, with d3 in it. Its own sources are among ours. */
const BUNDLE = 'analysis/diagram/page-bundle.ts';

/**
 * Lengths at which the work is looked at. An exponential expression shows at one of the first, which grow so slowly that
 * the next step is bearable; a square one shows at the last.
 */
const LENGTHS = [20, 25, 31, 39, 49, 61, 76, 95, 119, 149, 186, 2000, 20_000, 100_000];
/**
 * Times the work of a plain scan of the same text that an expression may take. Ours take up to twenty; one that is
 * square takes ten thousand times at the last length. Both grow and shrink with the machine together.
 */
const MOST_SCANS = 300;
const TRIES = 5;

/** The structure of an expression: how it can take more than linear time, one line for each. */
function superlinear(source: string, flags: string): string[] {
  const { reports } = analyse({ source, flags });
  return reports.map(({ type, exponential }) => `${type}${exponential ? ', exponential' : ''}`);
}

function millis(action: () => void): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}

/** How often an expression does the work of a scan, at the least: whatever disturbs the machine makes it more. */
function scansOf(expression: RegExp, text: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < TRIES && least > MOST_SCANS; i++) {
    const scan = millis(() => {
      let sum = 0;
      for (let at = 0; at < text.length; at++) sum += text.charCodeAt(at);
      if (sum === 1) throw new Error('a text of one character');
    });
    const work = millis(() => {
      if (expression.global) for (const found of text.matchAll(expression)) void found;
      else expression.test(text);
    });
    // No clock tells less than a few microseconds.
    least = Math.min(least, work / Math.max(scan, 0.005));
  }
  return least;
}

/** The worst text at which an expression does too much work; undefined where none is. */
function tooMuch(expression: RegExp, texts: readonly WorstText[]): string | undefined {
  for (const length of LENGTHS) {
    for (const worst of texts) {
      const text = worst(length);
      const scans = scansOf(expression, text);
      if (scans > MOST_SCANS) {
        return `${Math.round(scans)} scans of ${text.length} characters: ${JSON.stringify(text.slice(0, 80))}`;
      }
    }
  }
  return undefined;
}

describe('attack: regular expressions that backtrack', function () {
  this.timeout(120_000);
  const tree: SourceTree = new Map(
    [...readSourceTree(join(repositoryRoot, 'src'))].filter(([file]) => file !== BUNDLE),
  );
  const { literals, made } = findExpressions(tree);

  it('are looked for in all sources', () => {
    expect(literals.map(({ file }) => file)).to.include.members(['clocks/ntp64.ts', 'analysis/findings/accesses.ts']);
    expect(literals.length).to.be.above(80);
  });

  it('are not made at run time, where nobody could look at them', () => {
    expect(made).to.deep.equal([]);
  });

  const distinct = new Map(literals.map((found) => [`/${found.source}/${found.flags}`, found]));
  for (const [name, { file, source, flags }] of distinct) {
    it(`${file}: ${name} is linear`, () => {
      expect(superlinear(source, flags), 'by its structure').to.deep.equal([]);
      expect(tooMuch(new RegExp(source, flags), worstTexts({ source, flags })), 'by its work').to.equal(undefined);
    });
  }

  describe('would be found', () => {
    // Each of these has been somebody's: trailing blanks, a list of words, an address, a path.
    for (const bad of [
      /\s+$/,
      /^(?:a+)+$/,
      /^(?:\w+\s?)*$/,
      /^(?:a|aa)+$/,
      /x[\\/](?:.*[\\/])?y/,
      /(\d+)(?:\.(\d+))?([a-z]+)/g,
    ]) {
      it(`${bad}`, () => {
        const { source, flags } = bad;
        const byStructure = superlinear(source, flags);
        const byWork = byStructure.some((one) => one.includes('exponential'))
          ? 'exponential: not tried'
          : tooMuch(bad, worstTexts(bad));
        expect(byStructure.length > 0 || byWork !== undefined).to.equal(true);
        if (bad.source.startsWith('x')) expect(byWork, 'only its work tells').not.to.equal(undefined);
      });
    }

    it('wherever it is written, also as a text', () => {
      const fabricated: SourceTree = new Map([
        ['a.ts', 'export const a = (b: string) => [/x+/g, b.match("(y+)+"), RegExp("z"), new RegExp(b)];'],
      ]);
      const found = findExpressions(fabricated);
      expect(found.literals).to.deep.equal([{ file: 'a.ts', source: 'x+', flags: 'g' }]);
      expect(found.made).to.deep.equal(['a.ts: b.match("(y+)+")', 'a.ts: RegExp("z")', 'a.ts: new RegExp(b)']);
    });
  });
});
