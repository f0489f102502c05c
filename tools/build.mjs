// Builds dist/: the diagram's page, then ESM and CommonJS by plain tsc, and a package.json in each folder that names its module kind.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

// Bundlers ask the nearest package.json about side effects, so each folder repeats what the package says.
const { sideEffects } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function sideEffectsOf(kind) {
  if (!Array.isArray(sideEffects)) return sideEffects;
  const own = `./dist/${kind}/`;
  return sideEffects.filter((file) => file.startsWith(own)).map((file) => `./${file.slice(own.length)}`);
}

execFileSync(process.execPath, [join(root, 'tools/diagram-page.mjs')], { stdio: 'inherit' });
rmSync(join(root, 'dist'), { recursive: true, force: true });
for (const [kind, type] of [
  ['esm', 'module'],
  ['cjs', 'commonjs'],
]) {
  execFileSync(process.execPath, [tsc, '-p', join(root, `tsconfig.${kind}.json`)], { stdio: 'inherit' });
  mkdirSync(join(root, 'dist', kind), { recursive: true });
  writeFileSync(
    join(root, 'dist', kind, 'package.json'),
    `${JSON.stringify({ type, sideEffects: sideEffectsOf(kind) })}\n`,
  );
}
