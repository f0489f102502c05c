/** Where the repository is, seen from the compiled tests in build/test/support. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** The conditions under which a subpath resolves: `import` and `require`, each with `types` and `default`. */
export type ExportTarget = string | { readonly [condition: string]: ExportTarget };

export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly main: string;
  readonly types: string;
  readonly sideEffects: false | readonly string[];
  readonly bin?: string | Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, ExportTarget>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly scripts: Readonly<Record<string, string>>;
}

export function readManifest(folder: string = repositoryRoot): PackageManifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest;
}

/** What a user has installed beside the package: what it depends on, and its peers but the optional ones. */
export function neededPackages({ dependencies, peerDependencies, peerDependenciesMeta }: PackageManifest): string[] {
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => peerDependenciesMeta?.[name]?.optional !== true);
  return [...new Set([...Object.keys(dependencies ?? {}), ...peers])];
}

/** Subpaths that hold code, without `./package.json`. */
export function codeSubpaths(manifest: PackageManifest): string[] {
  return Object.keys(manifest.exports).filter((subpath) => subpath !== './package.json');
}

/** Every file that an export target or a bin entry names. */
export function targetFiles(target: ExportTarget): string[] {
  return typeof target === 'string' ? [target] : Object.values(target).flatMap(targetFiles);
}

/** `otel-causality/node` for `./node`. */
export function specifierOf(manifest: PackageManifest, subpath: string): string {
  return subpath === '.' ? manifest.name : `${manifest.name}/${subpath.slice(2)}`;
}
