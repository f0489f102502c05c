import { expect } from 'chai';
import { PackedPackage } from './support/packed-package.js';
import { codeSubpaths, neededPackages, specifierOf, targetFiles } from './support/repository.js';
import { scanImports } from './support/source-tree.js';

/** All that a user needs. No maps: they would point at sources that are not in the package. */
const WANTED =
  /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/(?:esm|cjs)\/(?:package\.json|.+\.(?:js|d\.ts)))$/;
const UNWANTED = /(?:^|\/)(?:test|bench|examples|tools)\/|\.test\.|\.map$/;

/** Subpaths that a browser can use: their types must not need Node's, nor the DOM's. */
const PORTABLE_SUBPATHS: ReadonlySet<string> = new Set(['.', './logs', './delivery']);

/** The one subpath that is loaded for its effect. */
const REGISTER = './register';

interface Loaded {
  readonly file: string;
  readonly names: readonly string[];
}

describe('package', function () {
  this.timeout(120_000);
  let packed: PackedPackage;
  let subpaths: string[];
  let specifiers: string[];

  before(() => {
    packed = PackedPackage.create();
    subpaths = codeSubpaths(packed.manifest);
    specifiers = subpaths.map((subpath) => specifierOf(packed.manifest, subpath));
  });

  after(() => {
    packed.remove();
  });

  it('holds what a user needs', () => {
    const targets = Object.values(packed.manifest.exports).flatMap(targetFiles);
    expect(targets).to.include.members(['./dist/esm/index.js', './dist/cjs/index.d.ts']);
    const wanted = ['README.md', 'LICENSE', 'CHANGELOG.md', ...targets.map((target) => target.replace(/^\.\//, ''))];
    expect(wanted.filter((path) => !packed.files.includes(path))).to.deep.equal([]);
  });

  it('holds nothing else', () => {
    expect(packed.files.filter((path) => !WANTED.test(path) || UNWANTED.test(path))).to.deep.equal([]);
  });

  it('points at no source map', () => {
    const scripts = packed.files.filter((path) => path.endsWith('.js'));
    expect(scripts).not.to.deep.equal([]);
    expect(scripts.filter((path) => packed.read(path).includes('sourceMappingURL'))).to.deep.equal([]);
  });

  it('has types for every module, the same in both builds', () => {
    const modules = (kind: string, extension: string): string[] =>
      packed.files
        .filter((path) => path.startsWith(`dist/${kind}/`) && path.endsWith(extension))
        .map((path) => path.slice(`dist/${kind}/`.length, -extension.length));
    expect(modules('esm', '.js')).to.include('index');
    expect(modules('esm', '.d.ts')).to.have.members(modules('esm', '.js'));
    expect(modules('cjs', '.js')).to.have.members(modules('esm', '.js'));
    expect(modules('cjs', '.d.ts')).to.have.members(modules('esm', '.js'));
  });

  it('names in its types only packages that it depends on', () => {
    const declared = neededPackages(packed.manifest);
    const named = packed.files
      .filter((path) => path.endsWith('.d.ts'))
      .flatMap((path) => scanImports(path, packed.read(path)))
      .flatMap((found) => (found.kind === 'package' ? [found.name] : []));
    expect(named.filter((name) => !declared.includes(name))).to.deep.equal([]);
  });

  it('loads every subpath as ESM and as CommonJS, with the same names', () => {
    const list = JSON.stringify(specifiers);
    packed.write(
      'load.mjs',
      `const loaded = [];
      for (const specifier of ${list}) {
        const names = Object.keys(await import(specifier)).sort();
        loaded.push({ file: import.meta.resolve(specifier), names });
      }
      console.log(JSON.stringify(loaded));`,
    );
    packed.write(
      'load.cjs',
      `const loaded = ${list}.map((specifier) => {
        const names = Object.keys(require(specifier)).filter((name) => name !== '__esModule').sort();
        return { file: require.resolve(specifier), names };
      });
      console.log(JSON.stringify(loaded));`,
    );
    const esm = packed.run('load.mjs') as Loaded[];
    // Newer Nodes can require() ESM and would hide a broken CommonJS build; Jest and older runtimes cannot.
    const cjs = packed.run('load.cjs', '--no-experimental-require-module') as Loaded[];

    expect(esm.map(({ names }) => names)).to.deep.equal(cjs.map(({ names }) => names));
    for (const { file } of esm) expect(file).to.include('/dist/esm/');
    for (const { file } of cjs) expect(file.replaceAll('\\', '/')).to.include('/dist/cjs/');
    esm.forEach(({ names }, i) => {
      expect(names).not.to.include('default');
      if (subpaths[i] !== REGISTER) expect(names, specifiers[i]).not.to.deep.equal([]);
    });
  });

  it('refuses paths that it does not export', () => {
    packed.write('deep.cjs', `require('${packed.manifest.name}/dist/cjs/index.js');`);
    expect(() => packed.run('deep.cjs')).to.throw('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('leaves no trace when it is loaded', () => {
    const quiet = specifiers.filter((_, i) => subpaths[i] !== REGISTER);
    packed.write(
      'trace.mjs',
      `import { channel } from 'node:diagnostics_channel';
      const watched = ['http.server.request.start', 'http.client.request.start', 'http.client.response.finish',
        'undici:request:create', 'undici:request:headers'];
      // What OpenTelemetry's own packages leave behind is theirs.
      for (const name of ${JSON.stringify(neededPackages(packed.manifest))}) {
        await import(name);
      }
      const look = () => ({
        globals: Reflect.ownKeys(globalThis).map(String),
        listeners: process.eventNames().map(String),
        timers: process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout' || kind === 'Immediate'),
        subscribed: watched.filter((name) => channel(name).hasSubscribers),
      });
      const before = look();
      for (const specifier of ${JSON.stringify(quiet)}) await import(specifier);
      console.log(JSON.stringify({ before, after: look() }));`,
    );
    const { before: earlier, after: later } = packed.run('trace.mjs') as { before: object; after: object };
    expect(later).to.deep.equal(earlier);
  });

  it('tells bundlers which modules have side effects: the one that registers, and no other', () => {
    const target = packed.manifest.exports[REGISTER];
    for (const kind of ['esm', 'cjs']) {
      const folder = `./dist/${kind}/`;
      const registering = (target === undefined ? [] : targetFiles(target)).filter(
        (file) => file.startsWith(folder) && file.endsWith('.js'),
      );
      // A bundler asks the nearest package.json, which is the one that names the module kind.
      const nearest = JSON.parse(packed.read(`dist/${kind}/package.json`)) as { sideEffects: unknown };
      const expected = registering.map((file) => `./${file.slice(folder.length)}`);
      expect(nearest.sideEffects).to.deep.equal(expected.length === 0 ? false : expected);
      if (expected.length > 0) expect(packed.manifest.sideEffects).to.include.members(registering);
      else expect(packed.manifest.sideEffects).to.equal(false);
    }
  });

  describe('types', () => {
    const strict = {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      exactOptionalPropertyTypes: true,
      target: 'es2022',
    };
    const asImports = (list: readonly string[]): string =>
      list
        .map(
          (specifier, i) =>
            `import * as module${i} from '${specifier}';\nexport const used${i}: object = module${i};\n`,
        )
        .join('');
    const asRequires = (list: readonly string[]): string =>
      list
        .map(
          (specifier, i) =>
            `import module${i} = require('${specifier}');\nexport const used${i}: object = module${i};\n`,
        )
        .join('');

    it('check from ESM and from CommonJS, libraries included', () => {
      packed.write('consumer.mts', asImports(specifiers));
      packed.write('consumer.cts', asRequires(specifiers));
      packed.write(
        'tsconfig.node.json',
        JSON.stringify({
          compilerOptions: { ...strict, module: 'nodenext', lib: ['es2023'], types: ['node'] },
          files: ['consumer.mts', 'consumer.cts'],
        }),
      );
      expect(packed.typeCheck('tsconfig.node.json')).to.deep.equal({ status: 0, output: '' });
    });

    it('need neither Node nor the DOM where a browser can use them', () => {
      const portable = specifiers.filter((_, i) => PORTABLE_SUBPATHS.has(subpaths[i] ?? ''));
      packed.write('portable.mts', asImports(portable));
      // OpenTelemetry's API declares a logger that mentions the console, which every runtime has.
      packed.write('console.d.ts', 'declare const console: Record<string, (...values: unknown[]) => void>;\n');
      packed.write(
        'tsconfig.portable.json',
        JSON.stringify({
          compilerOptions: { ...strict, module: 'esnext', moduleResolution: 'bundler', lib: ['es2022'], types: [] },
          files: ['portable.mts', 'console.d.ts'],
        }),
      );
      expect(packed.typeCheck('tsconfig.portable.json')).to.deep.equal({ status: 0, output: '' });
    });

    it('would be found wrong', () => {
      packed.write('wrong.mts', `import { compareStamps } from '${packed.manifest.name}';\ncompareStamps(1, 2);\n`);
      packed.write(
        'tsconfig.wrong.json',
        JSON.stringify({
          compilerOptions: { ...strict, module: 'nodenext', lib: ['es2023'], types: [] },
          files: ['wrong.mts'],
        }),
      );
      const { status, output } = packed.typeCheck('tsconfig.wrong.json');
      expect(status).not.to.equal(0);
      expect(output).to.include('TS2345');
    });
  });
});
