// Builds dist/: ESM and CommonJS by plain tsc, and a package.json in each folder that names its module kind.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

rmSync(join(root, 'dist'), { recursive: true, force: true });
for (const [kind, type] of [
  ['esm', 'module'],
  ['cjs', 'commonjs'],
]) {
  execFileSync(process.execPath, [tsc, '-p', join(root, `tsconfig.${kind}.json`)], { stdio: 'inherit' });
  mkdirSync(join(root, 'dist', kind), { recursive: true });
  writeFileSync(join(root, 'dist', kind, 'package.json'), `${JSON.stringify({ type, sideEffects: false })}\n`);
}
