/** How the demo tells its story, and keeps count of what was not as it should be. */
import type { LocalCluster } from '../cluster/local-cluster.js';

let failed = 0;

export function say(line: string): void {
  console.log(line);
}

export function section(title: string): void {
  console.log(`\n${title}`);
}

export function check(what: string, isSo: boolean): void {
  if (!isSo) failed++;
  console.log(`  ${isSo ? '✔' : '✘ NOT SO:'} ${what}`);
}

export const failures = (): number => failed;

/** Waits until something is so; throws when it is not after ten seconds. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await isSo()); ) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 30);
    });
  }
}

/** Whether all nodes have applied the same operations. */
export async function allAgree(cluster: LocalCluster): Promise<boolean> {
  const seen = await Promise.all(
    cluster.names.map(async (name) => {
      const health = (await (await fetch(`${cluster.url(name)}/health`)).json()) as { readonly seen: unknown };
      return JSON.stringify(health.seen);
    }),
  );
  return seen.every((one) => one === seen[0]);
}
