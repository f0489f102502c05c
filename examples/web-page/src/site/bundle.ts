/** Bundles the page's scripts into one file, as any site would. */
import { build } from 'esbuild';
import { ONE_COPY } from './one-copy.js';

await build({
  entryPoints: ['page/main.ts'],
  outfile: 'build/page/main.js',
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  sourcemap: true,
  alias: ONE_COPY,
});
