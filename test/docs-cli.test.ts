/** docs/cli.md, held to its word: its commands are run, and print what it shows; its tables name what there is. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { FINDING_CLASSES } from '../src/analysis/findings/finding-classes.js';
import { COMMANDS } from '../src/cli/program.js';
import { SOURCE_OPTIONS } from '../src/cli/source-options.js';
import { repositoryRoot } from './support/repository.js';
import { CHECKOUT } from './support/run-cli.js';

const page = readFileSync(join(repositoryRoot, 'docs/cli.md'), 'utf8');
const blocks = [...page.matchAll(/```console\n\$ otel-causality ([^\n]*)\n([\s\S]*?)```/g)].map((match) => ({
  args: match[1] as string,
  shown: (match[2] as string).split('\n').slice(0, -1),
}));

/** True when the lines shown are those printed, but for what `…` stands for: lines, or the end of one. */
function isShown(shown: readonly string[], printed: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return printed.length === 0;
  if (first === '…') return [...printed, ''].some((_, at) => isShown(rest, printed.slice(at)));
  const [line, ...others] = printed;
  if (line === undefined) return false;
  const isSame = line === first || (first.endsWith('…') && line.startsWith(first.slice(0, -1)));
  return isSame && isShown(rest, others);
}

describe('docs/cli.md', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'otel-causality-docs-'));
    copyFileSync(CHECKOUT, join(folder, 'traces.jsonl'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const { args, shown } of blocks) {
    it(`shows what otel-causality ${args} prints`, () => {
      const main = join(repositoryRoot, 'build/src/cli/main.js');
      const { NODE_OPTIONS: _, ...env } = process.env;
      const ran = spawnSync(process.execPath, [main, ...args.split(' ')], { cwd: folder, encoding: 'utf8', env });
      expect(ran.stderr).to.equal('');
      const printed = ran.stdout.split('\n').slice(0, -1);
      expect(shown).not.to.deep.equal([]);
      if (!isShown(shown, printed)) expect(shown).to.deep.equal(printed);
    });
  }

  it('has every command, every option and every class of findings', () => {
    for (const { name, options } of COMMANDS) {
      expect(page).to.include(`\n## ${name}\n`);
      expect(blocks.some(({ args }) => args.startsWith(`${name} `))).to.equal(true);
      for (const option of options) expect(page).to.include(`--${option.name}`);
    }
    for (const { name } of SOURCE_OPTIONS) expect(page).to.include(`\`--${name}`);
    for (const name of FINDING_CLASSES) expect(page).to.include(`| \`${name}\` `);
  });

  it('would be found wrong', () => {
    expect(isShown(['a', '…', 'd'], ['a', 'b', 'c', 'd'])).to.equal(true);
    expect(isShown(['a', '…', 'e'], ['a', 'b', 'c', 'd'])).to.equal(false);
    expect(isShown(['ab…'], ['abc'])).to.equal(true);
    expect(isShown(['a'], ['a', 'b'])).to.equal(false);
  });
});
