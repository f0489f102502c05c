// Examples with a package.json of their own install the library from this repository. This makes it ready: the
// published build, made when there is none yet.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function run(...args) {
  // A shell, because npm is npm.cmd on Windows.
  const { status } = spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: true });
  if (status !== 0) {
    console.error(`npm ${args.join(' ')} failed in ${root}. Run it there and see why; then try again.`);
    process.exit(1);
  }
}

if (!existsSync(new URL('../node_modules', import.meta.url))) run('ci');
if (!existsSync(new URL('../dist/esm/index.js', import.meta.url))) run('run', 'build');
