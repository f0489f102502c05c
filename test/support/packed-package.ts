/** The package as a user gets it: packed by npm, unpacked into a project that has its dependencies and nothing else. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { neededPackages, type PackageManifest, readManifest, repositoryRoot } from './repository.js';

const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

export interface Outcome {
  readonly status: number | null;
  readonly output: string;
}

export class PackedPackage {
  readonly manifest: PackageManifest;

  private constructor(
    /** A project with the package in its node_modules. */
    readonly project: string,
    /** The unpacked package. */
    readonly folder: string,
    /** Paths inside the package. */
    readonly files: readonly string[],
  ) {
    this.manifest = readManifest(folder);
  }

  /** Packs dist/ as it is: `npm test` has just built it. */
  static create(): PackedPackage {
    const project = mkdtempSync(join(tmpdir(), 'otel-causality-package-'));
    const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
      cwd: repositoryRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { filename, files } = firstPacked(JSON.parse(packed));
    const folder = join(project, 'node_modules', readManifest().name);
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['-xzf', join(project, filename), '-C', folder, '--strip-components=1']);
    const manifest = readManifest(folder);
    for (const name of [...neededPackages(manifest), '@types/node']) {
      link(project, name);
    }
    return new PackedPackage(
      project,
      folder,
      files.map(({ path }) => path),
    );
  }

  /** Adds an installed package of the repository to the project, as a user's `npm install` would. */
  add(name: string): void {
    link(this.project, name);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.project, path)), { recursive: true });
    writeFileSync(join(this.project, path), text);
  }

  /** Runs a script of the project in a fresh process and reads the JSON that it prints. */
  run(script: string, ...nodeOptions: string[]): unknown {
    const { NODE_OPTIONS: _, NODE_V8_COVERAGE: __, ...env } = process.env;
    const ran = spawnSync(process.execPath, [...nodeOptions, script], { cwd: this.project, env, encoding: 'utf8' });
    if (ran.status !== 0) throw new Error(`${script} ended with ${ran.status}:\n${ran.stderr}`);
    return JSON.parse(ran.stdout);
  }

  /** Type checks with a tsconfig of the project. */
  typeCheck(tsconfig: string): Outcome {
    const ran = spawnSync(process.execPath, [tsc, '-p', tsconfig], { cwd: this.project, encoding: 'utf8' });
    return { status: ran.status, output: ran.stdout + ran.stderr };
  }

  remove(): void {
    rmSync(this.project, { recursive: true, force: true });
  }
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** npm prints a list, or from version 12 on an object by package name. */
function firstPacked(printed: unknown): Packed {
  const [first] = Object.values(printed as Record<string, Packed>);
  if (first === undefined) throw new Error('npm pack packed nothing');
  return first;
}

/** Links an installed package of the repository into the project, so that no network is needed. */
function link(project: string, name: string): void {
  const to = join(project, 'node_modules', name);
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(join(repositoryRoot, 'node_modules', name), to, 'junction');
}
