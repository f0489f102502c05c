/** Runs the command `otel-causality check`, as a person would or a CI job. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Clocks are not the subject here: on one machine they are right, and under load not always to the millisecond. */
export const FAIL_ON = ['--fail-on', 'race,missing,clash'];

export interface Checked {
  readonly status: number | null;
  readonly out: string;
}

export function check(...args: readonly string[]): Checked {
  const manifest = createRequire(import.meta.url).resolve('otel-causality/package.json');
  const command = join(dirname(manifest), 'dist', 'esm', 'cli', 'main.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'check', ...FAIL_ON, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, out: stdout + stderr };
}
