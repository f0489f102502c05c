import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { repositoryRoot } from './support/repository.js';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type Locked = Readonly<Record<string, LockedPackage>>;

/** Packages whose place of origin is recorded: it would be whatever registry the last author happened to use. */
function withAddress(locked: Locked): string[] {
  return Object.keys(locked).filter((path) => locked[path]?.resolved !== undefined);
}

/** Optional packages that npm left out; `npm ci` refuses a lockfile without them. */
function missingOptional(locked: Locked): string[] {
  return Object.entries(locked).flatMap(([parent, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in locked) && !(`${parent}/node_modules/${name}` in locked),
    ),
  );
}

/** Packages without a hash, but for binaries of platforms that the registry in use did not carry. */
function withoutHash(locked: Locked): string[] {
  return Object.entries(locked).flatMap(([path, { integrity, os }]) =>
    path !== '' && integrity === undefined && os === undefined ? [path] : [],
  );
}

describe('lockfile', () => {
  const { packages } = JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')) as {
    packages: Locked;
  };

  it('names no registry', () => {
    expect(withAddress({ 'node_modules/a': { resolved: 'https://registry.example/a.tgz' } })).to.have.length(1);
    expect(Object.keys(packages)).to.include('node_modules/typescript');
    expect(withAddress(packages)).to.deep.equal([]);
  });

  it('knows the binaries of every platform (if not: npm run lock)', () => {
    expect(missingOptional({ 'node_modules/a': { optionalDependencies: { 'a-win32-x64': '1.0.0' } } })).to.deep.equal([
      'a-win32-x64',
    ]);
    expect(missingOptional(packages)).to.deep.equal([]);
  });

  it('has a hash for everything else', () => {
    expect(withoutHash({ 'node_modules/a': { version: '1.0.0' } })).to.deep.equal(['node_modules/a']);
    expect(withoutHash(packages)).to.deep.equal([]);
  });
});
