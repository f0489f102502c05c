import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { repositoryRoot } from './support/repository.js';

const BULK = '/-/npm/v1/security/advisories/bulk';

interface Audited {
  readonly status: number;
  readonly output: string;
}

/** A registry that knows advisories of one package, or does not take the question. It says what it was asked about. */
class AdvisoryRegistry {
  asked: string[] = [];
  private readonly server: Server;

  constructor(advised: string | undefined, refusal?: number) {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const isQuestion = request.method === 'POST' && request.url === BULK;
        if (!isQuestion || refusal !== undefined) {
          response.writeHead(refusal ?? 404).end('{}');
          return;
        }
        const body = Buffer.concat(chunks);
        const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
        this.asked = Object.keys(JSON.parse(text.toString()) as object);
        const advisory = {
          id: 1,
          url: 'https://example.com/advisories/1',
          title: 'opens every door',
          severity: 'low',
          vulnerable_versions: '*',
          cwe: [],
          cvss: { score: 0, vectorString: null },
        };
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(advised === undefined ? {} : { [advised]: [advisory] }));
      });
    });
  }

  async audit(...options: string[]): Promise<Audited> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as AddressInfo;
    try {
      return await new Promise((resolve) => {
        execFile(
          process.execPath,
          [join(repositoryRoot, 'tools', 'audit.mjs'), ...options],
          { cwd: repositoryRoot, env: { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/` } },
          (error, stdout) => resolve({ status: typeof error?.code === 'number' ? error.code : 0, output: stdout }),
        );
      });
    } finally {
      await new Promise((resolve) => this.server.close(resolve));
    }
  }
}

describe('audit', function () {
  this.timeout(120_000);

  it('passes where the registry knows of nothing', async () => {
    const registry = new AdvisoryRegistry(undefined);
    expect(await registry.audit('--omit=dev')).to.deep.equal({ status: 0, output: '0 known vulnerabilities\n' });
    expect(registry.asked).to.have.members([
      '@msgpack/msgpack',
      '@opentelemetry/api',
      '@opentelemetry/core',
      '@opentelemetry/semantic-conventions',
    ]);
  });

  it('fails for a finding in what is installed with the package', async () => {
    const { status, output } = await new AdvisoryRegistry('@msgpack/msgpack').audit('--omit=dev');
    expect(status).to.equal(1);
    expect(output).to.match(/^low: @msgpack\/msgpack .*opens every door .*\n1 known vulnerabilities\n$/);
  });

  it('fails for a finding in what only development needs, when asked about everything', async () => {
    const registry = new AdvisoryRegistry('esbuild');
    expect((await registry.audit()).status).to.equal(1);
    expect(registry.asked).to.include.members(['esbuild', 'mocha', '@opentelemetry/core']);
    expect((await new AdvisoryRegistry('esbuild').audit('--omit=dev')).status).to.equal(0);
  });

  it('does not take silence for "none"', async () => {
    const { status, output } = await new AdvisoryRegistry(undefined, 405).audit('--omit=dev');
    expect(status).to.equal(3);
    expect(output).to.match(/^the registry in use does not answer audit requests: .*405/);
  });
});
