/** The README, held to its word: its code runs as a new user would run it, its tables are the code's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { ATTRIBUTE } from '../src/codec/span-attributes.js';
import { parseStamp } from '../src/codec/wire-text.js';
import { settle } from '../src/otel/clock-options.js';
import { PackedPackage } from './support/packed-package.js';
import { repositoryRoot } from './support/repository.js';
import { readSourceTree } from './support/source-tree.js';
import { OLDEST, SECOND, THIRD } from './compat/stacks.js';

const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');

/** What the README tells a user to install beside us. */
const BESIDE = [
  '@opentelemetry/context-async-hooks',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/instrumentation-http',
  '@opentelemetry/sdk-node',
  '@opentelemetry/sdk-trace',
  '@opentelemetry/sdk-trace-base',
];

function file(name: string): string {
  const block = new RegExp(`<!-- file: ${name} -->\\s*\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(readme);
  if (block === null) throw new Error(`the README has no file ${name}`);
  return block[1] as string;
}

/** The cells of the table whose header has these names, row by row. */
function tableOf(...header: readonly string[]): string[][] {
  const rows = readme.split('\n').map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const at = rows.findIndex((row) => row.join() === header.join());
  if (at < 0) throw new Error(`the README has no table ${header.join(', ')}`);
  const end = rows.findIndex((row, i) => i > at && row.length === 0);
  return rows.slice(at + 2, end);
}

/** Names in code marks; one cell may have several. */
function namesIn(cells: readonly (string | undefined)[]): string[] {
  return cells.flatMap((cell) => [...(cell ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] as string));
}

const APP = `
  const http = require('node:http');
  const { trace } = require('@opentelemetry/api');
  const server = http.createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1', () => {
    trace.getTracer('app').startActiveSpan('work', async (span) => {
      for (const _ of [1, 2]) {
        await new Promise((done) => http.get({ host: '127.0.0.1', port: server.address().port }, (response) => response.resume().once('end', done)));
      }
      span.end();
      setTimeout(() => process.exit(0), 6500);
    });
  });
`;

describe('README', function () {
  this.timeout(60_000);
  let user: PackedPackage;

  before(() => {
    user = PackedPackage.create();
    for (const name of BESIDE) user.add(name);
    for (const name of ['tracing.mjs', 'tracing-basic.mjs', 'compare.mjs', 'edge.mjs']) user.write(name, file(name));
    user.write('app.cjs', APP);
  });
  after(() => user.remove());

  async function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
    const child = spawn(process.execPath, args, {
      cwd: user.project,
      env: { PATH: process.env['PATH'], ...environment },
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    const [status] = (await once(child, 'close')) as [number | null];
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}:\n${output}`);
    return output;
  }

  it('registers NodeSDK: stamped spans leave by OTLP, and calls made in turn come out in turn', async () => {
    const bodies: string[] = [];
    const receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.once('end', () => {
        bodies.push(body);
        response.end('{}');
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const { port } = receiver.address() as AddressInfo;
    try {
      await run(['--import', './tracing.mjs', 'app.cjs'], {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      });
    } finally {
      receiver.close();
    }
    const spans = bodies.flatMap((body) => spansOf(JSON.parse(body)));
    expect(spans.map(({ name }) => name).sort()).to.deep.equal(['GET', 'GET', 'GET', 'GET', 'work']);
    const servers = spans.filter(({ kind }) => kind === 2).sort((a, b) => a.lamport - b.lamport);
    expect(servers).to.have.length(2);
    for (const span of spans) expect(span.incomplete, span.name).to.equal(undefined);
    expect(servers[1]?.lamport).to.be.greaterThan(servers[0]?.replyLamport ?? Number.POSITIVE_INFINITY);
  });

  it('registers a bare provider, whose spans print their stamps', async () => {
    const output = await run(['--import', './tracing-basic.mjs', 'compare.mjs']);
    expect(output).to.include('unknown');
    user.write('one.mjs', `import { trace } from '@opentelemetry/api'; trace.getTracer('x').startSpan('one').end();`);
    expect(await run(['--import', './tracing-basic.mjs', 'one.mjs'])).to.match(/'causality.end.lamport': 2/);
  });

  it('keeps an edge service’s stamps inside', async () => {
    user.write(
      'at-the-edge.mjs',
      `import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
      import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
      import { spanProcessor as causality, textMapPropagator } from './edge.mjs';
      const tracer = new BasicTracerProvider({ spanProcessors: [causality] }).getTracer('edge');
      for (const address of ['db.internal', 'partner.example']) {
        const span = tracer.startSpan('call', { attributes: { 'server.address': address } });
        const carrier = {};
        textMapPropagator.inject(trace.setSpan(ROOT_CONTEXT, span), carrier, defaultTextMapSetter);
        console.log(address, carrier.baggage);
      }
      const forged = { traceparent: '00-' + 'a'.repeat(32) + '-' + 'b'.repeat(16) + '-01', baggage: 'causality=1!' + 'a'.repeat(16) + '!9!!0!x*9' };
      const span = tracer.startSpan('handle', {}, textMapPropagator.extract(ROOT_CONTEXT, forged, defaultTextMapGetter));
      console.log(span.attributes['causality.vector'], span.attributes['causality.incomplete']);`,
    );
    const lines = (await run(['at-the-edge.mjs'])).split('\n');
    expect(lines[0]).to.match(/^db\.internal causality=1![0-9a-f]{16}!/);
    expect(lines[1]).to.equal('partner.example undefined');
    expect(lines[2]).to.match(/^\S+-[a-z0-9]{8}=\d+ true$/);
  });

  it('has samples, and each prints what it says', async () => {
    const samples = [...readme.matchAll(/```js\n([^`]*? → [^`]*?)```/g)].map(([, code]) => code as string);
    expect(samples).to.have.length.of.at.least(4);
    for (const [i, code] of samples.entries()) {
      user.write(`sample-${i}.mjs`, code);
      const printed = [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line as string);
      expect((await run([`sample-${i}.mjs`])).trimEnd().split('\n')).to.deep.equal(printed);
    }
  });

  it('has no heading that a block of code has swallowed', () => {
    let fence: string | undefined;
    for (const line of readme.split('\n')) {
      const [mark] = /^`{3,}/.exec(line) ?? [];
      if (fence === undefined) fence = mark;
      else if (mark !== undefined && mark.length >= fence.length && mark === line.trimEnd()) fence = undefined;
      else expect(line).not.to.match(/^##+ |^`{3,}/);
    }
    expect(fence).to.equal(undefined);
  });

  it('shows a stamp that can be read', () => {
    const [, text] = /causality=(1![^\s,]+)/.exec(readme) ?? [];
    expect(parseStamp(text as string)).to.include({ domain: '7b1d62f2c9e04a15', lamport: 17, incomplete: false });
  });

  it('lists every attribute', () => {
    const listed = namesIn(tableOf('attribute', 'type', 'meaning').map(([name]) => name));
    expect(listed.sort()).to.deep.equal(Object.values(ATTRIBUTE).sort());
  });

  it('lists the versions of OpenTelemetry that the compatibility suite runs on', () => {
    const rows = tableOf('with', '`@opentelemetry/sdk-node`', '`@opentelemetry/api`', 'Node.js');
    const expected = [OLDEST, SECOND, THIRD].map(({ name, dependencies }) => [
      name,
      dependencies['@opentelemetry/sdk-node'],
      dependencies['@opentelemetry/api'],
      dependencies['node'] ?? 'that of the tests',
    ]);
    expect(rows).to.deep.equal(expected);
  });

  it('has every environment variable, and the page on registration each with its default', () => {
    const page = readFileSync(join(repositoryRoot, 'docs', 'registration.md'), 'utf8');
    const known = new Set(sourcesText().match(/OTEL_CAUSALITY_[A-Z_]+[A-Z]/g));
    expect(known.size).to.equal(11);
    for (const name of known) {
      expect(page, name).to.match(new RegExp(`^\\| \`${name}\` `, 'm'));
      const short = name.replace('OTEL_CAUSALITY', '');
      expect(readme.includes(`\`${name}\``) || readme.includes(`\`${short}\``), name).to.equal(true);
    }
  });

  it('lists every option with its default', () => {
    const rows = new Map(tableOf('option', 'default', 'range', 'meaning').map(([name, preset]) => [name, preset]));
    const settings = settle({}, {});
    expect([...rows.keys()]).to.have.members(Object.keys(settings).map((name) => `\`${name}\``));
    for (const name of ['maxEntries', 'maxBytes', 'maxDomains', 'domainIdleMs', 'maxDriftMs'] as const) {
      expect(rows.get(`\`${name}\``), name).to.equal(settings[name].toLocaleString('en-US'));
    }
    for (const name of ['scope', 'trust', 'plainHops', 'attributes'] as const) {
      expect(rows.get(`\`${name}\``), name).to.equal(`\`'${String(settings[name])}'\``);
    }
  });
});

function sourcesText(): string {
  return [...readSourceTree(join(repositoryRoot, 'src')).values()].join('\n');
}

interface ExportedSpan {
  readonly name: string;
  readonly kind: number;
  readonly lamport: number;
  readonly replyLamport: number | undefined;
  readonly incomplete: boolean | undefined;
}

interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string;
        readonly kind: number;
        readonly attributes: readonly {
          readonly key: string;
          readonly value: { intValue?: number; boolValue?: boolean };
        }[];
      }[];
    }[];
  }[];
}

function spansOf(document: unknown): ExportedSpan[] {
  return (document as OtlpTraces).resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .map(({ name, kind, attributes }) => {
      const value = (key: string): { intValue?: number; boolValue?: boolean } | undefined =>
        attributes.find((attribute) => attribute.key === key)?.value;
      return {
        name,
        kind,
        lamport: value(ATTRIBUTE.lamport)?.intValue ?? Number.NaN,
        replyLamport: value(ATTRIBUTE.replyLamport)?.intValue,
        incomplete: value(ATTRIBUTE.incomplete)?.boolValue,
      };
    });
}
