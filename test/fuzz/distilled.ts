import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CoverageFeedback } from './coverage-feedback.js';
import { TARGETS } from './targets/all.js';
import type { Target } from './targets/target.js';

/**
 * Those of some inputs that reach something which neither the seeds nor the ones before them do. In a process of its own,
 * because what has run once in this one is no news any more.
 */
export async function distilled(target: Target, inputs: readonly Buffer[]): Promise<Buffer[]> {
  const child = fork(fileURLToPath(import.meta.url));
  child.send({ target: target.name, inputs: inputs.map((input) => input.toString('base64')) });
  const [kept] = (await once(child, 'message')) as [readonly string[]];
  return kept.map((input) => Buffer.from(input, 'base64'));
}

process.on('message', ({ target: name, inputs }: { readonly target: string; readonly inputs: readonly string[] }) => {
  void (async () => {
    const target = TARGETS.find((one) => one.name === name) as Target;
    const feedback = new CoverageFeedback();
    feedback.start();
    for (const seed of target.seeds) await target.run(Buffer.from(seed as string));
    feedback.news();
    const kept: string[] = [];
    for (const input of inputs) {
      await target.run(Buffer.from(input, 'base64'));
      if (feedback.news() > 0) kept.push(input);
    }
    process.send?.(kept, () => process.exit());
  })();
});
