// Says whether the package may be published by the workflow that runs this: node tools/check-release.mjs [FOLDER].
// A provenance statement names the repository and the commit that a package was built from; the registry refuses one
// that does not match the package's own `repository`, and says so late and darkly. This says it first.
//
// Reads GITHUB_REPOSITORY (owner/name) and GITHUB_REF_NAME (the tag), which GitHub sets for every workflow.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));
const read = (name) => readFileSync(join(folder, name), 'utf8');
const manifest = JSON.parse(read('package.json'));
const { GITHUB_REPOSITORY: running, GITHUB_REF_NAME: tag } = process.env;

/** `https://host/owner/name` of what may also be written as `git+https://…/name.git`. */
const plain = (url) => url.replace(/^git\+/, '').replace(/\.git$/, '');

const problems = [];
const check = (holds, problem) => {
  if (!holds) problems.push(problem);
};

const { repository } = manifest;
const stated = typeof repository === 'string' ? repository : repository?.url;
if (!running) {
  problems.push('GITHUB_REPOSITORY is not set: this runs in the workflow that publishes');
} else if (stated === undefined) {
  problems.push(
    `package.json has no "repository": set it to {"type": "git", "url": "git+https://github.com/${running}.git"}, ` +
      'because a provenance statement must name the repository that the package names',
  );
} else {
  const wanted = `https://github.com/${running}`;
  check(plain(stated) === wanted, `package.json says that its repository is ${stated}, but this runs in ${wanted}`);
}
check(tag === `v${manifest.version}`, `the tag is ${tag ?? 'not set'}, but package.json makes it v${manifest.version}`);
check(manifest.private !== true, 'package.json is private');
check(manifest.publishConfig?.provenance === true, 'package.json has no publishConfig.provenance');
check(
  read('CHANGELOG.md').includes(`\n## [${manifest.version}]`),
  `CHANGELOG.md has no heading "## [${manifest.version}]"`,
);

for (const problem of problems) console.log(process.env.GITHUB_ACTIONS ? `::error::${problem}` : problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`${manifest.name}@${manifest.version} may be published from ${running}`);
