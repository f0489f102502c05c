/**
 * Where programs that tests install are kept between runs: outside the repository, so that a fresh clone finds them.
 *
 * Guarantee: a program in the cache is whole. It is made under another name and renamed when it is done.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `OTEL_CAUSALITY_TOOLS`, else a folder of the user's cache. */
function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const cache = environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return environment['OTEL_CAUSALITY_TOOLS'] ?? join(cache, 'otel-causality', 'tools');
}

/** The path of a program, made by `make` where it is not there yet: `make` gets a folder and the path to write to. */
export async function cached(
  name: string,
  make: (folder: string, program: string) => Promise<void>,
  folder: string = cacheFolder(),
): Promise<string> {
  const program = join(folder, name);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'making-'));
  try {
    const unfinished = join(work, name);
    await make(work, unfinished);
    renameSync(unfinished, program);
    return program;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
