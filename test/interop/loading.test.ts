import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { readManifest, repositoryRoot } from '../support/repository.js';
import { readSourceTree, scanImports, type SourceTree } from '../support/source-tree.js';

/** The files and packages that loading this file loads, type imports included. */
function reachable(tree: SourceTree, from: string, seen = new Set<string>()): Set<string> {
  if (seen.has(from)) return seen;
  seen.add(from);
  for (const found of scanImports(from, tree.get(from) ?? '')) {
    if (found.kind === 'file') reachable(tree, found.path, seen);
    else if (found.kind === 'package') seen.add(found.name);
  }
  return seen;
}

const requiring = (specifier: string): string[] =>
  JSON.parse(
    execFileSync(
      process.execPath,
      ['-e', `require(${JSON.stringify(specifier)}); console.log(JSON.stringify(Object.keys(require.cache)))`],
      { cwd: repositoryRoot, encoding: 'utf8' },
    ),
  ) as string[];

describe('otel-causality/interop', () => {
  it('is not loaded by a service that does not import it, nor is msgpack', () => {
    const loaded = requiring('otel-causality');
    expect(loaded).to.satisfy((files: string[]) => files.some((file) => file.endsWith('index.js')));
    expect(loaded.filter((file) => /interop|msgpack/.test(file))).to.deep.equal([]);
    expect(requiring('otel-causality/interop').filter((file) => file.includes('msgpack'))).not.to.deep.equal([]);
  });

  it('needs the clocks, the API and msgpack, and neither an SDK nor the tracing clock', () => {
    const tree = readSourceTree(join(repositoryRoot, 'src'));
    const needed = [...reachable(tree, 'interop/index.ts')];
    expect(needed.filter((name) => !/^(?:interop|clocks|codec)\//.test(name))).to.have.members([
      '@opentelemetry/api',
      '@msgpack/msgpack',
    ]);
    expect([...reachable(tree, 'index.ts')].filter((name) => /interop|msgpack/.test(name))).to.deep.equal([]);
  });

  it('brings no third runtime dependency', () => {
    const { dependencies, sideEffects } = readManifest();
    expect(Object.keys(dependencies ?? {})).to.have.members(['@opentelemetry/core', '@msgpack/msgpack']);
    expect(JSON.stringify(sideEffects)).not.to.include('interop');
  });
});
