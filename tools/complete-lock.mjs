// Adds to package-lock.json the platform binaries that npm left out of it.
//
// Tools written in Go or Rust publish one package per platform and list them all as optional dependencies. Where a
// registry (a mirror, a cache) does not carry every platform, `npm install` silently drops the missing ones from the
// lockfile, and `npm ci` then refuses that very lockfile, on every machine. Their versions are pinned by the package
// that lists them and their platform is in their name, so the entries can be written without asking anybody; only
// the hash stays unknown, and npm fills it in at the next install from a registry that has them.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const path = join(dirname(fileURLToPath(import.meta.url)), '..', 'package-lock.json');
const lock = JSON.parse(readFileSync(path, 'utf8'));
const { packages } = lock;

const PLATFORM =
  /[/-](aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-([a-z0-9]+)(?:-([a-z]+))?$/;

/** What npm would have copied from the platform package's manifest, as far as its name tells. */
function platformEntry(name, version, parent) {
  const [, os, cpu, flavour = ''] = PLATFORM.exec(name) ?? [];
  if (os === undefined) return undefined;
  const libc = flavour.startsWith('musl') ? 'musl' : flavour.startsWith('gnu') ? 'glibc' : undefined;
  return {
    version,
    cpu: [cpu],
    ...(parent.dev && { dev: true }),
    ...(libc && { libc: [libc] }),
    optional: true,
    os: [os],
  };
}

const added = [];
for (const [parentPath, parent] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    if (`node_modules/${name}` in packages || `${parentPath}/node_modules/${name}` in packages) continue;
    const entry = /^\d/.test(version) ? platformEntry(name, version, parent) : undefined;
    if (entry === undefined) throw new Error(`${parentPath} wants ${name}@${version}: not a pinned platform package`);
    packages[`node_modules/${name}`] = entry;
    added.push(name);
  }
}

lock.packages = Object.fromEntries(
  Object.keys(packages)
    .sort((a, b) => a.localeCompare(b, 'en'))
    .map((key) => [key, packages[key]]),
);
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(
  `package-lock.json: ${added.length} platform packages added${added.length > 0 ? `: ${added.join(', ')}` : ''}`,
);
