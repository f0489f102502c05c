/**
 * A project with a stack of real packages in it, and the packed package beside them.
 *
 * The stack is installed once from the registry into the user's cache, outside this repository; each test file gets a
 * folder below it, where Node finds the stack by walking up. Where the registry cannot be reached the test is skipped.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../support/repository.js';
import type { Stack } from './stacks.js';

const INSTALL_MS = 240_000;
const RUN_MS = 60_000;
const UNREACHABLE = /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED)\b/;
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

export class Installed {
  /** The Node that the stack wants. */
  readonly node: string;

  private constructor(
    readonly stack: Stack,
    private readonly root: string,
    /** The project. */
    readonly folder: string,
  ) {
    const carried = join(root, 'node_modules', 'node', 'bin', 'node');
    this.node = existsSync(carried) ? carried : process.execPath;
  }

  /** Skips the running test or suite, aloud, where the stack cannot be had. */
  static for(stack: Stack, test: Mocha.Context): Installed {
    const root = install(stack);
    if (root === undefined) {
      console.log(`      skipped: no registry to install ${stack.name} from`);
      return test.skip();
    }
    mkdirSync(join(root, 'runs'), { recursive: true });
    const installed = new Installed(stack, root, mkdtempSync(join(root, 'runs', 'run-')));
    installed.unpack('node_modules/otel-causality');
    return installed;
  }

  /** Unpacks our package, as it was built, into a folder of the project. */
  unpack(to: string): void {
    const folder = join(this.folder, to);
    mkdirSync(folder, { recursive: true });
    const printed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', this.folder], {
      cwd: repositoryRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [{ filename }] = Object.values(JSON.parse(printed) as object) as [{ filename: string }];
    execFileSync('tar', ['-xzf', join(this.folder, filename), '-C', folder, '--strip-components=1']);
  }

  write(path: string, text: string): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Runs something to its end with the stack's Node; resolves to what it printed. Rejects when it fails. */
  async run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
    // Not spawnSync: what it exports to may be in this process.
    const child = spawn(this.node, args, {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], HOME: this.folder, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUN_MS,
    });
    let printed = '';
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (printed += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part));
    const [status] = (await once(child, 'close')) as [number | null];
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}:\n${printed}${said}`);
    return printed;
  }

  /** A program of an installed package. */
  bin(path: string): string {
    return join(this.root, 'node_modules', path);
  }

  /** What the compiler says of the files, libraries included: nothing, where all is well. */
  typeCheck(files: readonly string[]): string {
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      exactOptionalPropertyTypes: true,
      target: 'es2022',
      module: 'nodenext',
      lib: ['es2023', 'dom'],
      types: ['node'],
      typeRoots: [join(repositoryRoot, 'node_modules', '@types')],
    };
    this.write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
    return spawnSync(process.execPath, [tsc, '-p', this.folder], { cwd: this.folder, encoding: 'utf8' }).stdout;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The folder that holds the stack; undefined where the registry cannot be reached. */
function install({ name, dependencies }: Stack): string | undefined {
  const manifest = `${JSON.stringify({ private: true, dependencies })}\n`;
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const key = createHash('sha256').update(manifest).digest('hex').slice(0, 16);
  const root = join(cache, 'otel-causality-tests', key);
  if (existsSync(root)) return root;
  mkdirSync(dirname(root), { recursive: true });
  const fresh = mkdtempSync(join(dirname(root), 'install-'));
  try {
    writeFileSync(join(fresh, 'package.json'), manifest);
    const flags = ['--no-package-lock', '--no-audit', '--no-fund', '--fetch-retries=1', '--loglevel=error'];
    // The packages bring their own binaries: without them there is no Node for 3.x, and no esbuild.
    const ran = spawnSync('npm', ['install', '--ignore-scripts=false', ...flags], {
      cwd: fresh,
      encoding: 'utf8',
      timeout: INSTALL_MS,
    });
    if (ran.status !== 0) {
      if (ran.status === null || UNREACHABLE.test(ran.stderr)) return undefined;
      throw new Error(`${name} cannot be installed:\n${ran.stderr}`);
    }
    // Whole or not at all. Another run may have been quicker.
    if (!existsSync(root)) renameSync(fresh, root);
    return root;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
