// Writes sbom/<name>.spdx.json and sbom/<name>.cdx.json: what an installation of the published package pulls in, at the
// versions of package-lock.json, as `npm sbom` tells it. Another folder can be named: node tools/sbom.mjs FOLDER.
//
// `npm sbom --omit dev` alone will not do. It leaves out every package that a development dependency needs too, which
// here are all that OpenTelemetry publishes, and it calls the package by the name of the folder that it lies in. So npm
// is shown a folder of the right name with the published manifest and the part of the lockfile that is not for
// development. It reads nothing else: no node_modules, no registry. Where the lockfile lacks something, npm refuses.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = resolve(process.argv[2] ?? join(root, 'sbom'));
const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));

const { devDependencies: _, scripts: __, allowScripts: ___, ...manifest } = read('package.json');
const { packages, ...lock } = read('package-lock.json');
const { devDependencies: ____, ...lockedRoot } = packages[''];
const runtime = Object.entries(packages).filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional);

const scratch = mkdtempSync(join(tmpdir(), 'sbom-'));
const folder = join(scratch, manifest.name);
try {
  mkdirSync(folder);
  const write = (name, value) => writeFileSync(join(folder, name), JSON.stringify(value));
  write('package.json', manifest);
  write('package-lock.json', { ...lock, packages: { '': lockedRoot, ...Object.fromEntries(runtime) } });
  mkdirSync(target, { recursive: true });
  for (const [format, extension] of [
    ['spdx', 'spdx'],
    ['cyclonedx', 'cdx'],
  ]) {
    const text = execFileSync('npm', ['sbom', '--package-lock-only', '--sbom-format', format], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    writeFileSync(join(target, `${manifest.name}.${extension}.json`), text);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${runtime.length} packages besides ${manifest.name}@${manifest.version}`);
