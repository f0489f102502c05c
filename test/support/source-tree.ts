/** Source files and what they import, read by a scanner that is just good enough for code which biome has formatted. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Source text by path inside src, with `/`: `clocks/stamp.ts`. */
export type SourceTree = ReadonlyMap<string, string>;

export function readSourceTree(folder: string): SourceTree {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .toSorted();
  return new Map(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

export type Import =
  | { readonly kind: 'file'; readonly specifier: string; readonly path: string }
  | { readonly kind: 'package'; readonly specifier: string; readonly name: string }
  | { readonly kind: 'builtin'; readonly specifier: string }
  | { readonly kind: 'computed'; readonly specifier: string };

const STATIC_FROM = /^[ \t]*(?:import|export)\b[^'";]*?\bfrom\s*(['"])([^'"\n]+)\1/gm;
const BARE_IMPORT = /^[ \t]*import\s*(['"])([^'"\n]+)\1/gm;
const CALLED = /\b(?:import|require)\s*\(\s*(?:(['"])([^'"\n]+)\1\s*\)|([^)\n]*))/g;

/** All imports of one file: static ones, re-exports, for effect, dynamic, `require`, and types by `import()`. */
export function scanImports(path: string, text: string): Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  for (const pattern of [STATIC_FROM, BARE_IMPORT, CALLED]) {
    for (const match of code.matchAll(pattern)) {
      const literal = match[2];
      found.push(literal === undefined ? { kind: 'computed', specifier: match[0] } : classify(path, literal));
    }
  }
  return found;
}

function classify(importer: string, specifier: string): Import {
  if (specifier.startsWith('.')) {
    const target = posix.normalize(posix.join(posix.dirname(importer), specifier));
    return { kind: 'file', specifier, path: target.replace(/\.js$/, '.ts') };
  }
  if (specifier.startsWith('node:')) return { kind: 'builtin', specifier };
  const parts = specifier.split('/');
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
  return { kind: 'package', specifier, name };
}

/** Blanks comment lines. A comment behind code stays: at worst it is reported, never hidden. */
export function withoutComments(text: string): string {
  let inside = false;
  return text
    .split('\n')
    .map((line) => {
      const start = line.trimStart();
      if (!inside && start.startsWith('//')) return '';
      if (!inside && !start.startsWith('/*')) return line;
      const end = line.indexOf('*/');
      inside = end < 0;
      return inside ? '' : line.slice(end + 2);
    })
    .join('\n');
}
