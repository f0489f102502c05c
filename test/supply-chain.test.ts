import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type PackageManifest, readManifest, repositoryRoot } from './support/repository.js';

interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly inBundle?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

type Locked = Readonly<Record<string, LockedPackage>>;

/** What npm runs in the folder of a package that it installs; `prepare` where it comes from git. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'dependencies'];

function installScripts({ scripts }: Partial<PackageManifest>): string[] {
  return INSTALL_SCRIPTS.filter((name) => scripts?.[name] !== undefined);
}

/** Where Node finds a package that another one names: the innermost node_modules that has it. */
function locate(locked: Locked, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (path in locked) return path;
    if (folder === '') return undefined;
  }
}

/** Paths of everything that an installation of the package brings, walked from its manifest; throws at a gap. */
function runtimeTree(locked: Locked, manifest: PackageManifest): string[] {
  const found = new Set<string>();
  const visit = (from: string, needs: Partial<LockedPackage>): void => {
    const peers = Object.keys(needs.peerDependencies ?? {}).filter(
      (name) => needs.peerDependenciesMeta?.[name]?.optional !== true,
    );
    for (const name of [...Object.keys({ ...needs.dependencies, ...needs.optionalDependencies }), ...peers]) {
      const path = locate(locked, from, name);
      if (path === undefined) throw new Error(`the lockfile lacks ${name}, which ${from || 'the package'} needs`);
      if (found.has(path)) continue;
      found.add(path);
      visit(path, locked[path] as LockedPackage);
    }
  };
  visit('', manifest);
  return [...found].sort();
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('supply chain', () => {
  const manifest = readManifest() as PackageManifest & Readonly<Record<string, unknown>>;
  const { packages: locked } = JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')) as {
    packages: Locked;
  };
  const tree = runtimeTree(locked, manifest);

  it('is two packages long, and what these need', () => {
    expect(Object.keys(manifest.dependencies ?? {})).to.deep.equal(['@msgpack/msgpack', '@opentelemetry/core']);
    expect(tree.map(nameOf)).to.deep.equal([
      '@msgpack/msgpack',
      '@opentelemetry/api',
      '@opentelemetry/core',
      '@opentelemetry/semantic-conventions',
    ]);
    // Nothing is asked for but by version range: no folder, no address, no git repository, no tag.
    for (const range of Object.values({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      expect(range).to.match(/^[\^~><=]*\d+\.\d+\.\d+(?: (?:\|\| )?[\^~><=]*\d+\.\d+\.\d+)*$/);
    }
    expect(() => runtimeTree({}, manifest)).to.throw('the lockfile lacks @msgpack/msgpack');
  });

  it('is the same by the marks of the lockfile, which npm audit and npm sbom go by', () => {
    const marked = Object.keys(locked).filter((path) => path !== '' && locked[path]?.dev !== true);
    expect(marked.sort()).to.deep.equal(tree);
  });

  it('bundles nothing and takes nothing from a folder', () => {
    expect(manifest['bundleDependencies'] ?? manifest['bundledDependencies']).to.equal(undefined);
    expect(tree.filter((path) => locked[path]?.inBundle === true || locked[path]?.link === true)).to.deep.equal([]);
  });

  it('runs nothing when the package is installed', () => {
    expect(installScripts({ scripts: { prepack: 'a', postinstall: 'b', test: 'c' } })).to.deep.equal(['postinstall']);
    expect(installScripts(manifest)).to.deep.equal([]);
    // npm compiles a package with this file when it is installed, script or not.
    expect(existsSync(join(repositoryRoot, 'binding.gyp'))).to.equal(false);
  });

  it('runs nothing of what an installation of the package pulls in', () => {
    expect(Object.values(locked).some(({ hasInstallScript }) => hasInstallScript === true)).to.equal(true);
    expect(tree.filter((path) => locked[path]?.hasInstallScript === true)).to.deep.equal([]);
    for (const path of tree) {
      // `prepare` and `prepublish` run where a package comes from git, and these come from the registry.
      const found = installScripts(readManifest(join(repositoryRoot, path)));
      expect(
        found.filter((name) => name !== 'prepare' && name !== 'prepublish'),
        path,
      ).to.deep.equal([]);
      expect(existsSync(join(repositoryRoot, path, 'binding.gyp')), path).to.equal(false);
    }
  });

  it('lets no development dependency run a script either', () => {
    const allowed = manifest['allowScripts'] as Readonly<Record<string, boolean>>;
    const scripted = Object.keys(locked).filter((path) => locked[path]?.hasInstallScript === true);
    expect(scripted.map(nameOf).filter((name) => allowed[name] !== false)).to.deep.equal([]);
  });

  it('asks npm to state where a publication came from', () => {
    expect(manifest['publishConfig']).to.deep.equal({ access: 'public', provenance: true });
    expect(manifest['private']).to.equal(undefined);
  });

  describe('bill of materials', function () {
    this.timeout(120_000);
    let folder: string;
    const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));

    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'otel-causality-sbom-'));
      execFileSync(process.execPath, [join(repositoryRoot, 'tools', 'sbom.mjs'), folder], { stdio: 'pipe' });
    });

    after(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    /** The hash of the lockfile as bills write it. */
    const sha512 = (path: string): string =>
      Buffer.from((locked[path]?.integrity ?? '').replace('sha512-', ''), 'base64').toString('hex');
    const expected = tree.map((path) => ({
      name: nameOf(path),
      version: locked[path]?.version,
      sha512: sha512(path),
      purl: `pkg:npm/${nameOf(path).replace('@', '%40')}@${locked[path]?.version}`,
    }));

    it('names each package that is needed at run time, with version and hash, in SPDX', () => {
      const bill = read('otel-causality.spdx.json') as {
        readonly spdxVersion: string;
        readonly documentDescribes: readonly string[];
        readonly packages: readonly {
          readonly SPDXID: string;
          readonly name: string;
          readonly versionInfo: string;
          readonly licenseDeclared: string;
          readonly externalRefs: readonly { readonly referenceLocator: string }[];
          readonly checksums?: readonly { readonly algorithm: string; readonly checksumValue: string }[];
        }[];
      };
      expect(bill.spdxVersion).to.equal('SPDX-2.3');
      const [own, ...others] = bill.packages;
      expect(own).to.include({ name: manifest.name, versionInfo: manifest.version, licenseDeclared: 'Apache-2.0' });
      expect(bill.documentDescribes).to.deep.equal([own?.SPDXID]);
      expect(
        others.map(({ name, versionInfo, checksums, externalRefs }) => ({
          name,
          version: versionInfo,
          sha512: checksums?.find(({ algorithm }) => algorithm === 'SHA512')?.checksumValue,
          purl: externalRefs[0]?.referenceLocator,
        })),
      ).to.have.deep.members(expected);
      for (const { licenseDeclared, name } of others) expect(licenseDeclared, name).to.be.oneOf(['Apache-2.0', 'ISC']);
    });

    it('names the same in CycloneDX, and who needs whom', () => {
      const bill = read('otel-causality.cdx.json') as {
        readonly bomFormat: string;
        readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
        readonly components: readonly {
          readonly name: string;
          readonly version: string;
          readonly purl: string;
          readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
        }[];
        readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
      };
      expect(bill.bomFormat).to.equal('CycloneDX');
      expect(bill.metadata.component).to.include({ name: manifest.name, version: manifest.version });
      expect(
        bill.components.map(({ name, version, hashes, purl }) => ({
          name,
          version,
          sha512: hashes?.find(({ alg }) => alg === 'SHA-512')?.content,
          purl,
        })),
      ).to.have.deep.members(expected);
      const needs = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref.replace(/@[^@]+$/, ''), dependsOn]));
      expect(needs.get(manifest.name)?.map((ref) => ref.replace(/@[^@]+$/, ''))).to.have.members([
        '@msgpack/msgpack',
        '@opentelemetry/api',
        '@opentelemetry/core',
      ]);
    });
  });
});
