import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import {
  arrowViolations,
  cycleViolations,
  defaultExportViolations,
  entrySources,
  LONGEST_FILE_LINES,
  lengthViolations,
  nameViolations,
  outsideViolations,
  reachabilityViolations,
} from './support/house-rules.js';
import { neededPackages, readManifest, repositoryRoot, targetFiles } from './support/repository.js';
import { readSourceTree, type SourceTree, scanImports } from './support/source-tree.js';

const lines = (count: number): string => 'const x = 1;\n'.repeat(count);

/** A fabricated tree, so that every rule is seen to bite. */
function treeOf(files: Record<string, string>): SourceTree {
  return new Map(Object.entries(files));
}

describe('architecture', () => {
  describe('of this repository', () => {
    const tree = readSourceTree(join(repositoryRoot, 'src'));
    const manifest = readManifest();

    it('has sources to check, and imports between them', () => {
      expect([...tree.keys()]).to.include.members(['index.ts', 'clocks/stamp.ts']);
      expect(scanImports('index.ts', tree.get('index.ts') ?? '')).not.to.deep.equal([]);
    });

    it('keeps its arrows one way', () => {
      expect(arrowViolations(tree)).to.deep.equal([]);
    });

    it('meets OpenTelemetry and Node only in the rooms meant for them', () => {
      const declared = neededPackages(manifest);
      expect(outsideViolations(tree, declared)).to.deep.equal([]);
    });

    it('has no room for odds and ends', () => {
      expect(nameViolations(tree)).to.deep.equal([]);
    });

    it('has the tests of the analysis in the rooms of what they test', () => {
      const tests = readdirSync(join(repositoryRoot, 'test', 'analysis'), { recursive: true, encoding: 'utf8' });
      const rooms = new Set(tests.filter((path) => path.endsWith('.test.ts')).map((path) => dirname(path)));
      expect([...rooms]).to.include.members(['events', 'readers/json']);
      for (const room of rooms) expect(existsSync(join(repositoryRoot, 'src', 'analysis', room)), room).to.equal(true);
    });

    it('exports by name only', () => {
      expect(defaultExportViolations(tree)).to.deep.equal([]);
    });

    it(`has no file of more than ${LONGEST_FILE_LINES} lines`, () => {
      expect(lengthViolations(tree)).to.deep.equal([]);
    });

    it('has no import cycles', () => {
      expect(cycleViolations(tree)).to.deep.equal([]);
    });

    it('holds nothing that no entry point leads to', () => {
      const bins = typeof manifest.bin === 'string' ? [manifest.bin] : Object.values(manifest.bin ?? {});
      const targets = [...Object.values(manifest.exports).flatMap(targetFiles), ...bins];
      expect(reachabilityViolations(tree, entrySources(targets))).to.deep.equal([]);
    });
  });

  describe('scanner', () => {
    it('sees every form of import', () => {
      const text = [
        "import { a } from './a.js';",
        "import type { B } from '../codec/b.js';",
        "import * as fs from 'node:fs';",
        "export * from './c.js';",
        "export {\n  d,\n  type E,\n} from './d.js';",
        "import './effect.js';",
        "const late = await import('@opentelemetry/api/deep');",
        "type F = import('plain').F;",
        "const old = require('older');",
        'const any = await import(name);',
      ].join('\n');
      expect(scanImports('otel/x.ts', text).map(({ kind, specifier }) => `${kind} ${specifier}`)).to.have.members([
        'file ./a.js',
        'file ../codec/b.js',
        'builtin node:fs',
        'file ./c.js',
        'file ./d.js',
        'file ./effect.js',
        'package @opentelemetry/api/deep',
        'package plain',
        'package older',
        'computed import(name',
      ]);
    });

    it('resolves files beside and above, and names packages without their subpaths', () => {
      expect(scanImports('otel/deep/x.ts', "import { a } from '../../codec/b.js';")).to.deep.equal([
        { kind: 'file', specifier: '../../codec/b.js', path: 'codec/b.ts' },
      ]);
      expect(scanImports('otel/x.ts', "import { a } from '@opentelemetry/core/build';")).to.deep.equal([
        { kind: 'package', specifier: '@opentelemetry/core/build', name: '@opentelemetry/core' },
      ]);
    });

    it('does not read comments, nor words that only look like imports', () => {
      const text = [
        '/**',
        " * import { a } from './a.js';",
        ' */',
        "// import { b } from './b.js';",
        "/* import './c.js'; */ export const from = 'd';",
        "export const list = Array.from('e');",
        "export type Key = 'f' | 'g';",
      ].join('\n');
      expect(scanImports('otel/x.ts', text)).to.deep.equal([]);
    });
  });

  describe('rules', () => {
    it('refuse an arrow against the stream', () => {
      const tree = treeOf({
        'clocks/a.ts': "import { b } from '../codec/b.js';",
        'codec/b.ts': "import type { C } from '../otel/c.js';",
        'otel/c.ts': "export { a } from '../clocks/a.js';",
        'delivery/d.ts': "const late = await import('../analysis/recorded.js');",
        'analysis/recorded.ts': "import { a } from '../clocks/a.js';",
        'index.ts': "export { d } from './delivery/d.js';",
      });
      expect(arrowViolations(tree)).to.deep.equal([
        'clocks/a.ts: clocks must not import codec (../codec/b.js)',
        'codec/b.ts: codec must not import otel (../otel/c.js)',
        'delivery/d.ts: delivery must not import analysis (../analysis/recorded.js)',
        'index.ts: index must not import delivery (./delivery/d.js)',
      ]);
    });

    it('refuse an arrow against the stream inside the analysis, and a room that it does not have', () => {
      const tree = treeOf({
        'analysis/index.ts': "export { a } from './events/a.js';",
        'analysis/recorded.ts': '',
        'analysis/events/a.ts': "import type { B } from '../graph/b.js';",
        'analysis/graph/b.ts': "import type { R } from '../recorded.js';",
        'analysis/readers/json/c.ts': "import { d } from '../d.js';",
        'analysis/readers/d.ts': "import { c } from './json/c.js';",
        'analysis/attic/e.ts': '',
        'analysis/loose.ts': '',
      });
      expect(arrowViolations(tree)).to.deep.equal([
        'analysis/attic/e.ts: the analysis has no room "attic"',
        'analysis/loose.ts: the analysis has no room "loose"',
        'analysis/events/a.ts: events must not import graph (../graph/b.js)',
        'analysis/readers/json/c.ts: readers/json must not import readers (../d.js)',
      ]);
    });

    it('refuse a room that the house does not have, and a file that is not there', () => {
      const tree = treeOf({ 'attic/a.ts': '', 'clocks/b.ts': "import { c } from './c.js';" });
      expect(arrowViolations(tree)).to.deep.equal([
        'attic/a.ts: the house has no room "attic"',
        'clocks/b.ts: imports ./c.js, which is no source file',
      ]);
    });

    it('refuse OpenTelemetry outside its rooms, undeclared, or anything foreign', () => {
      const tree = treeOf({
        'clocks/a.ts': "import type { Span } from '@opentelemetry/api';",
        'otel/b.ts': "import { trace } from '@opentelemetry/api';",
        'otel/c.ts': "import { x } from '@opentelemetry/sdk-trace-base';",
        'codec/d.ts': "import { encode } from '@msgpack/msgpack';",
        'node/e.ts': 'const name = pick();\nawait import(name);',
      });
      expect(outsideViolations(tree, ['@opentelemetry/api'])).to.deep.equal([
        'clocks/a.ts: must not know OpenTelemetry (@opentelemetry/api)',
        'otel/c.ts: imports @opentelemetry/sdk-trace-base, which users would not have installed',
        'codec/d.ts: imports the foreign package @msgpack/msgpack',
        'node/e.ts: imports something computed, which nobody can check: import(name',
      ]);
    });

    it('keep the page of the diagram to itself, with the packages that are bundled into it', () => {
      const tree = treeOf({
        'analysis/diagram/page/main.ts': "import { scaleLinear } from 'd3-scale';\nimport { a } from '../a.js';",
        'analysis/diagram/page/odd.ts': "import { x } from 'd3-force';\nimport { readFile } from 'node:fs';",
        'analysis/diagram/a.ts': "import { scaleLinear } from 'd3-scale';",
        'analysis/diagram/b.ts': "import { main } from './page/main.js';",
        'index.ts': "export { b } from './analysis/diagram/b.js';",
      });
      expect(outsideViolations(tree, [])).to.deep.equal([
        'analysis/diagram/page/odd.ts: imports the foreign package d3-force',
        'analysis/diagram/page/odd.ts: must run without Node, but imports node:fs',
        'analysis/diagram/a.ts: imports the foreign package d3-scale',
      ]);
      expect(arrowViolations(tree)).to.include('analysis/diagram/b.ts: must not import the page (./page/main.js)');
    });

    it('refuse Node where a browser must do', () => {
      const reading = "import { readFile } from 'node:fs/promises';";
      const tree = treeOf({
        'otel/a.ts': reading,
        'index.ts': reading,
        'analysis/graph/views.ts': reading,
        'analysis/readers/formats/jaeger.ts': reading,
        'analysis/readers/read-traces.ts': reading,
        'node/b.ts': reading,
        'register.ts': reading,
        'register/index.ts': reading,
        'cli/main.ts': reading,
      });
      expect(outsideViolations(tree, [])).to.deep.equal([
        'otel/a.ts: must run without Node, but imports node:fs/promises',
        'index.ts: must run without Node, but imports node:fs/promises',
        'analysis/graph/views.ts: must run without Node, but imports node:fs/promises',
      ]);
    });

    it('refuse names for odds and ends, in folders and files', () => {
      const tree = treeOf({
        'clocks/utils.ts': '',
        'codec/Common/a.ts': '',
        'otel/helper.ts': '',
        'otel/uncommon.ts': '',
      });
      expect(nameViolations(tree)).to.have.length(3);
      expect(nameViolations(tree).join()).not.to.include('uncommon');
    });

    it('refuse default exports in every form', () => {
      const tree = treeOf({
        'a.ts': 'export default 1;',
        'b.ts': 'const x = 1;\nexport { x as default };',
        'c.ts': 'export = x;',
        'd.ts': '// export default\nexport const defaults = { default: 1 };',
      });
      expect(defaultExportViolations(tree).map((line) => line.slice(0, 4))).to.deep.equal(['a.ts', 'b.ts', 'c.ts']);
    });

    it('refuse a file that is a line too long', () => {
      const tree = treeOf({ 'a.ts': lines(LONGEST_FILE_LINES), 'b.ts': lines(LONGEST_FILE_LINES + 1) });
      expect(lengthViolations(tree)).to.deep.equal(['b.ts: 301 lines; 300 is the most']);
    });

    it('refuse cycles, also of one file and of types, each once', () => {
      const tree = treeOf({
        'clocks/a.ts': "import { b } from './b.js';",
        'clocks/b.ts': "import type { C } from './c.js';",
        'clocks/c.ts': "import { a } from './a.js';\nimport { d } from './d.js';",
        'clocks/d.ts': "export { e } from './e.js';",
        'clocks/e.ts': '',
        'clocks/f.ts': "import { f } from './f.js';",
      });
      expect(cycleViolations(tree)).to.deep.equal([
        'cycle: clocks/a.ts → clocks/b.ts → clocks/c.ts → clocks/a.ts',
        'cycle: clocks/f.ts → clocks/f.ts',
      ]);
    });

    it('refuse what no entry point leads to, and entry points that lead nowhere', () => {
      const tree = treeOf({
        'index.ts': "export { a } from './clocks/a.js';",
        'clocks/a.ts': '',
        'clocks/forgotten.ts': "import { a } from './a.js';",
      });
      const entries = entrySources([
        './dist/esm/index.js',
        './dist/cjs/index.d.ts',
        './dist/esm/node/index.js',
        './package.json',
      ]);
      expect(entries).to.deep.equal(['index.ts', 'node/index.ts']);
      expect(reachabilityViolations(tree, entries)).to.deep.equal([
        'node/index.ts: exported, but there is no such source',
        'clocks/forgotten.ts: no entry point leads here',
      ]);
    });
  });
});
