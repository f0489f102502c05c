// Bundles the page of `otel-causality diagram` into src/analysis/diagram/page-bundle.ts: one module of two texts, so that
// ESM, CommonJS and other bundlers have the page without reading a file. Generated, not in the repository, made in a
// tenth of a second; build, compile, typecheck and lint make it first.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const page = join(root, 'src/analysis/diagram/page');
const target = join(root, 'src/analysis/diagram/page-bundle.ts');
const DATA = '{{data}}';

async function bundled(entry, options) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(page, entry)],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    target: 'es2022',
    charset: 'utf8',
    logLevel: 'warning',
    ...options,
  });
  // Nothing inside may end the element that it stands in.
  const text = outputFiles[0].text.trim();
  if (/<\/(?:script|style)|<!--/i.test(text)) throw new Error(`${entry} holds what would end its element`);
  return { text, inputs: Object.keys(metafile.inputs) };
}

/** The notices that the bundled packages ask for, one for each different text. */
function notices(inputs) {
  const packages = [...new Set(inputs.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? ''))];
  const byText = new Map();
  for (const name of packages.filter((one) => one !== '').toSorted((a, b) => a.localeCompare(b, 'en'))) {
    const folder = join(root, 'node_modules', name);
    const file = readdirSync(folder).find((one) => /^licen[cs]e(?:\.(?:md|txt))?$/i.test(one));
    if (file === undefined) throw new Error(`${name} has no licence to quote`);
    const text = readFileSync(join(folder, file), 'utf8').trim().replaceAll('*/', '* /');
    byText.set(text, [...(byText.get(text) ?? []), name]);
  }
  return [...byText].map(([text, names]) => `/*! ${names.join(', ')}:\n${text}\n*/`).join('\n');
}

const hash = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const script = await bundled('main.ts', { format: 'iife', legalComments: 'none' });
const style = await bundled('page.css', {});
const scriptText = `${notices(script.inputs)}\n${script.text}`;
const parts = {
  style: style.text,
  script: scriptText,
  'style-hash': hash(style.text),
  'script-hash': hash(scriptText),
};
const html = readFileSync(join(page, 'page.html'), 'utf8').replaceAll(
  /\{\{([a-z-]+)\}\}/g,
  (place, name) => parts[name] ?? place,
);
const [before, after, ...more] = html.split(DATA);
if (after === undefined || more.length > 0) throw new Error(`page.html needs ${DATA} exactly once`);

const text = `/** Made by tools/diagram-page.mjs from the sources in page/. Not to be edited. */
export const PAGE_BEFORE_DATA: string = ${JSON.stringify(before)};
export const PAGE_AFTER_DATA: string = ${JSON.stringify(after)};
`;
// A file that did not change keeps its time, so that nothing is built again for nothing.
if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeFileSync(target, text);
