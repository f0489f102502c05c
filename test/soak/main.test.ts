/** Whole runs, a few seconds each: a good one, one without stamps, and one in which a process throws. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { RULE } from './check/rules.js';

const PROGRAM = fileURLToPath(new URL('main.js', import.meta.url));

interface Run {
  readonly status: number | null;
  readonly output: string;
  /** Where the processes wrote, if that is still there. */
  readonly kept: string | undefined;
}

function soak(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  const folder = / in (\S+otel-causality-soak-\w+)\n/.exec(stdout)?.[1];
  const kept = folder !== undefined && existsSync(folder) ? folder : undefined;
  if (kept !== undefined) rmSync(kept, { recursive: true });
  return { status, output: stdout + stderr, kept };
}

describe('soak: whole runs', function () {
  this.timeout(120_000);

  it('ends with 0 where no rule was broken, and leaves nothing behind', () => {
    const { status, output, kept } = soak(['--seconds', '4', '--seed', '5']);
    expect(output).to.contain('No rule was broken.');
    expect(output).to.match(/^Soaking for 4 s, seed 5, [^]+^visits +\d/m);
    expect(kept).to.equal(undefined);
    expect(status).to.equal(0);
  });

  it('ends with 1 where spans carry no stamps, says how to repeat it, and keeps what was written', () => {
    const { status, output, kept } = soak(['--seconds', '2', '--seed', '5'], { OTEL_CAUSALITY_DISABLED: 'true' });
    expect(output).to.contain(RULE.wellFormed).and.to.contain('--seed 5 repeats the decisions');
    expect(kept).to.be.a('string');
    expect(status).to.equal(1);
  });

  it('ends with 1 where a process throws, and tells its last words', () => {
    // As soon as it hears that all four are there.
    const fault = `if (process.env.SOAK_INCARNATION === 'anchor.1') process.on('message', ({ ports = {} }) => {
      if (Object.keys(ports).length === 4) setTimeout(() => { throw new Error('planted') }, 300);
    })`;
    const options = `--import=data:text/javascript,${encodeURIComponent(fault)}`;
    const { status, output } = soak(['--seconds', '4', '--seed', '5'], { NODE_OPTIONS: options });
    expect(output).to.contain(RULE.alive).and.to.contain('anchor.1 ended with 1').and.to.contain('Error: planted');
    expect(status).to.equal(1);
  });

  it('refuses options that cannot be meant', () => {
    for (const args of [
      ['--seconds', '0'],
      ['--rate', '41'],
      ['--seed', 'x'],
    ]) {
      expect(soak(args).status, args.join(' ')).to.equal(2);
    }
  });
});
