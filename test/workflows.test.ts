import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { repositoryRoot } from './support/repository.js';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = join(repositoryRoot, '.github', 'workflows');
const files = readdirSync(folder);
const workflow = (file: string): Workflow => parse(readFileSync(join(folder, file), 'utf8')) as Workflow;

/** Scripts and other files of the repository that a command names, and the npm scripts that it runs. */
function named(command: string): { readonly files: string[]; readonly scripts: string[] } {
  return {
    files: [...command.matchAll(/(?:node|bash) (\S+)/g)].map(([, file]) => file as string),
    scripts: [...command.matchAll(/npm run (\S+)/g)].map(([, script]) => script as string),
  };
}

describe('workflows', () => {
  it('are two', () => {
    expect(files.sort()).to.deep.equal(['ci.yml', 'publish.yml']);
  });

  for (const file of files) {
    describe(file, () => {
      const { permissions, jobs } = workflow(file);
      const steps = Object.values(jobs).flatMap((job) => job.steps);

      it('pins every action by the hash of a commit, and says which release that is', () => {
        const text = readFileSync(join(folder, file), 'utf8');
        const uses = steps.flatMap((step) => step.uses ?? []);
        expect(uses).not.to.deep.equal([]);
        for (const action of uses) {
          expect(action).to.match(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
          expect(text).to.match(new RegExp(`uses: ${action} # v\\d+\\.\\d+\\.\\d+\\n`));
        }
      });

      it('may by default at most read', () => {
        expect(permissions).to.be.an('object');
        for (const [scope, access] of Object.entries(permissions)) expect(access, scope).to.equal('read');
      });

      it('hands no text from outside to a shell, and no secret to anybody', () => {
        for (const { run } of steps) expect(run ?? '').not.to.include('${{');
        expect(JSON.stringify(jobs)).not.to.include('secrets.');
      });

      it('leaves no token in the checked out repository and shares no cache', () => {
        for (const { uses = '', with: options } of steps) {
          if (uses.startsWith('actions/checkout@')) expect(options?.['persist-credentials']).to.equal(false);
          if (uses.startsWith('actions/setup-node@')) expect(options?.['package-manager-cache']).to.equal(false);
        }
      });

      it('cannot hang, and runs what is there', () => {
        const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
          scripts: object;
        };
        for (const job of Object.values(jobs)) expect(job['timeout-minutes']).to.be.within(1, 180);
        const commands = steps.map(({ run = '' }) => named(run));
        for (const script of commands.flatMap((command) => command.scripts)) expect(scripts).to.have.property(script);
        for (const path of commands.flatMap((command) => command.files)) {
          expect(() => readFileSync(join(repositoryRoot, path)), path).not.to.throw();
        }
      });
    });
  }

  it('check every change as a fresh clone is checked', () => {
    const { jobs, on } = workflow('ci.yml');
    expect(Object.keys(on)).to.have.members(['push', 'pull_request']);
    expect(jobs['check']?.steps.at(-1)?.run).to.equal('bash .ci/run');
  });

  describe('publication', () => {
    const { jobs, on } = workflow('publish.yml');
    const commands = (name: string): string[] => jobs[name]?.steps.flatMap(({ run }) => run ?? []) ?? [];

    it('follows a release, after every check, with the bill of materials', () => {
      expect(on).to.deep.equal({ release: { types: ['published'] } });
      expect(commands('pack')).to.deep.equal([
        'node tools/check-release.mjs',
        'bash .ci/run',
        'npm run sbom -- release',
        'npm pack --pack-destination release',
      ]);
      expect(jobs['publish']?.needs).to.equal('pack');
      expect(jobs['attach']?.needs).to.equal('publish');
      expect(commands('attach').join()).to.include('release/*.json');
    });

    it('states its provenance', () => {
      expect(commands('publish').at(-1)).to.equal(
        'npm publish ./release/*.tgz --provenance --access public --ignore-scripts',
      );
    });

    it('gives the right to publish to a job that runs nobody else’s code', () => {
      const holders = Object.keys(jobs).filter((name) => jobs[name]?.permissions?.['id-token'] === 'write');
      expect(holders).to.deep.equal(['publish']);
      expect(jobs['publish']?.permissions).to.deep.equal({ contents: 'read', 'id-token': 'write' });
      expect(jobs['pack']?.permissions).to.deep.equal({ contents: 'read' });
      expect(commands('publish').filter((command) => /npm (?:ci|install|run)|npx/.test(command))).to.deep.equal([]);
      expect(jobs['publish']?.steps.some(({ uses }) => uses?.startsWith('actions/checkout'))).to.equal(false);
    });
  });

  describe('the check of a release', () => {
    let project: string;
    const ready = {
      name: 'thing',
      version: '1.2.3',
      repository: { type: 'git', url: 'git+https://github.com/owner/thing.git' },
      publishConfig: { access: 'public', provenance: true },
    };

    beforeEach(() => {
      project = mkdtempSync(join(tmpdir(), 'otel-causality-release-'));
    });

    afterEach(() => {
      rmSync(project, { recursive: true, force: true });
    });

    function check(
      manifest: object,
      { repository = 'owner/thing', tag = 'v1.2.3', changelog = '# Changelog\n\n## [1.2.3] - 2026-01-01\n' } = {},
    ): { readonly status: number | null; readonly output: string } {
      writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
      writeFileSync(join(project, 'CHANGELOG.md'), changelog);
      const { GITHUB_ACTIONS: _, ...env } = process.env;
      const ran = spawnSync(process.execPath, [join(repositoryRoot, 'tools', 'check-release.mjs'), project], {
        env: { ...env, GITHUB_REPOSITORY: repository, GITHUB_REF_NAME: tag },
        encoding: 'utf8',
      });
      return { status: ran.status, output: ran.stdout + ran.stderr };
    }

    it('lets a package go whose manifest, tag and changelog agree with where it is built', () => {
      const { status, output } = check(ready);
      expect({ status, output }).to.deep.equal({
        status: 0,
        output: 'thing@1.2.3 may be published from owner/thing\n',
      });
      expect(check({ ...ready, repository: 'https://github.com/owner/thing' }).status).to.equal(0);
    });

    const { repository: _, ...homeless } = ready;
    const refusals: readonly (readonly [what: string, manifest: object, around: object, says: string])[] = [
      [
        'no repository',
        homeless,
        {},
        'no "repository": set it to {"type": "git", "url": "git+https://github.com/owner/thing.git"}',
      ],
      ['another repository', ready, { repository: 'someone/thing' }, 'this runs in https://github.com/someone/thing'],
      ['no workflow', ready, { repository: '' }, 'GITHUB_REPOSITORY is not set'],
      ['another tag', ready, { tag: 'v1.2.4' }, 'the tag is v1.2.4, but package.json makes it v1.2.3'],
      ['a private package', { ...ready, private: true }, {}, 'private'],
      ['no provenance', { ...ready, publishConfig: {} }, {}, 'publishConfig.provenance'],
      ['an unwritten changelog', ready, { changelog: '# Changelog\n\n## [Unreleased]\n' }, '"## [1.2.3]"'],
    ];
    for (const [what, manifest, around, says] of refusals) {
      it(`stops ${what}, and says what to do`, () => {
        const { status, output } = check(manifest, around);
        expect(status).to.equal(1);
        expect(output.trim().split('\n')).to.have.length(1);
        expect(output).to.include(says);
      });
    }
  });
});
