/** `npm run size`: what the library adds to a page. */
import { measure, PAGE_IMPORTS } from './measure.js';

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1).padStart(6)} KiB`;

console.log(`${'imported'.padEnd(36)}minified   of it ours      gzipped`);
for (const [name, imports] of Object.entries(PAGE_IMPORTS)) {
  const { minifiedBytes, ownBytes, gzipBytes } = await measure(imports);
  console.log(`${name.padEnd(34)}${kib(minifiedBytes)}   ${kib(ownBytes)}   ${kib(gzipBytes)}`);
}
