/**
 * The real backends as programs of this machine: built from pinned sources or taken from where they are published.
 *
 * Guarantee: what is built is what `pins/` names: Go checks the source against the hash there, and everything the source
 * depends on against the source's own go.sum. A missing toolchain is a reason to skip ({@link missingToolchain}), and
 * anything that goes wrong with a toolchain that is there is an error.
 */
import { cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../support/repository.js';
import { isInstalled, outputOf } from './command.js';
import { cached } from './tool-cache.js';

interface GoBackend {
  readonly kind: 'go';
  /** Its folder in `pins/`, and what it is called in messages. */
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** The package of the module to build. */
  readonly command: string;
}

interface MavenBackend {
  readonly kind: 'maven';
  readonly name: string;
  readonly artifact: string;
  readonly version: string;
  readonly classifier: string;
}

export type BackendProgram = GoBackend | MavenBackend;

export const JAEGER: BackendProgram = {
  kind: 'go',
  name: 'jaeger',
  module: 'github.com/jaegertracing/jaeger',
  version: 'v1.76.0',
  command: './cmd/jaeger',
};

export const TEMPO: BackendProgram = {
  kind: 'go',
  name: 'tempo',
  module: 'github.com/grafana/tempo',
  version: 'v1.5.1-0.20241001135150-ed943d7a56b2',
  command: './cmd/tempo',
};

export const ZIPKIN: BackendProgram = {
  kind: 'maven',
  name: 'zipkin',
  artifact: 'io.zipkin:zipkin-server',
  version: '3.6.1',
  classifier: 'exec',
};

const DOWNLOAD_TIMEOUT_MS = 300_000;
const BUILD_TIMEOUT_MS = 1_200_000;

/** Which toolchain a backend wants that is not here; undefined where nothing is missing. */
export function missingToolchain({ kind }: BackendProgram): string | undefined {
  if (kind === 'go') return isInstalled('go', 'version') ? undefined : 'there is no go';
  if (!isInstalled('java', '-version')) return 'there is no java';
  return isInstalled('mvn', '-v') ? undefined : 'there is no mvn';
}

/** The path of the program, made ready first where it is not in the cache. */
export function programOf(backend: BackendProgram): Promise<string> {
  const name = `${backend.name}-${backend.version}${backend.kind === 'maven' ? '.jar' : ''}`;
  return cached(name, async (folder, program) => {
    console.log(`    making ${name} ready, once: ${backend.kind === 'go' ? 'a build of minutes' : 'a download'}`);
    await (backend.kind === 'go' ? buildGo(backend, folder, program) : copyJar(backend, folder, program));
  });
}

async function buildGo(backend: GoBackend, folder: string, program: string): Promise<void> {
  const pins = join(repositoryRoot, 'test', 'backends', 'pins', backend.name);
  // The machine's own Go: a build must not fetch another one.
  const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod', GOWORK: 'off' };
  const told = await outputOf('go', ['mod', 'download', '-json', `${backend.module}@${backend.version}`], {
    cwd: pins,
    env,
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
  });
  // The module cache is read-only, and a vendor folder of a module is never whole.
  const source = join(folder, 'source');
  cpSync((JSON.parse(told) as { Dir: string }).Dir, source, { recursive: true });
  await outputOf('chmod', ['-R', 'u+w', source], { timeoutMs: DOWNLOAD_TIMEOUT_MS });
  rmSync(join(source, 'vendor'), { recursive: true, force: true });
  await outputOf('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', program, backend.command], {
    cwd: source,
    env,
    timeoutMs: BUILD_TIMEOUT_MS,
  });
}

async function copyJar(backend: MavenBackend, folder: string, program: string): Promise<void> {
  const artifact = `${backend.artifact}:${backend.version}:jar:${backend.classifier}`;
  const args = ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`];
  await outputOf('mvn', args, { cwd: folder, timeoutMs: DOWNLOAD_TIMEOUT_MS });
  const jar = readdirSync(folder).find((name) => name.endsWith('.jar'));
  if (jar === undefined) throw new Error(`mvn said that all is well, and brought no ${artifact}`);
  renameSync(join(folder, jar), program);
}
