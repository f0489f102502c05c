/**
 * The demo as a user runs it, only without the build: a process that is judged by what it prints, what it leaves in its
 * file, how it ends, and that nobody is left behind. It runs in a folder of its own, so that the repository's
 * `.demo` stays what the last `npm run demo` made it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { repositoryRoot } from './support/repository.js';

const DEMO = join(repositoryRoot, 'build', 'examples', 'demo', 'main.js');
const SERVICES = ['gateway', 'inventory', 'orders', 'payments'];
const TIME_LIMIT_MS = 60_000;
/** What a process that was told to go may need to be gone. */
const GRACE_MS = 5_000;

interface Attribute {
  readonly key: string;
  readonly value: { readonly intValue?: string | number };
}
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
}
interface OtlpLine {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[] }[];
}

class DemoRun {
  readonly child: ChildProcess;
  output = '';

  constructor(folder: string, environment: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [DEMO], {
      cwd: folder,
      env: { ...withoutOtel(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIME_LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  /** Exit code, or the signal that ended it. */
  async end(): Promise<number | string | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return this.child.exitCode ?? this.child.signalCode;
  }

  /** Resolves once this has been printed. */
  async printed(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`ended without saying "${text}":\n${this.output}`);
      await Promise.race([once(this.child.stdout as NodeJS.ReadableStream, 'data'), once(this.child, 'close')]);
    }
  }

  /** The process ids of the services, as the output names them. */
  pids(): number[] {
    return [...this.output.matchAll(/^ {4}\S+ +pid (\d+)/gm)].map(([, pid]) => Number(pid));
  }

  async expectNobodyLeft(): Promise<void> {
    const pids = this.pids();
    expect(pids, this.output).to.have.length(SERVICES.length);
    const until = Date.now() + GRACE_MS;
    while (pids.some(isAlive) && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(pids.filter(isAlive)).to.deep.equal([]);
  }
}

function withoutOtel(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:OTEL|DEMO)_/.test(name)));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    // Dead, and waiting for an init that is in no hurry, or is none.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

function spansIn(text: string): OtlpSpan[] {
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line) => (JSON.parse(line) as OtlpLine).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

/** Parent→child edges that are the wrong way round when the spans are sorted by this. */
function edgesBroken(spans: readonly OtlpSpan[], by: (span: OtlpSpan) => bigint): number {
  const sorted = spans.toSorted((a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0));
  const place = new Map(sorted.map(({ spanId }, at) => [spanId, at]));
  return sorted.filter(({ parentSpanId = '' }, at) => (place.get(parentSpanId) ?? -1) > at).length;
}

function lamportOf({ attributes }: OtlpSpan): bigint {
  const found = attributes.find(({ key }) => key === 'causality.lamport')?.value.intValue;
  if (found === undefined) throw new Error('a span without causality.lamport');
  return BigInt(found);
}

describe('the demo', function () {
  this.timeout(2 * TIME_LIMIT_MS);
  let folder: string;
  const runs: DemoRun[] = [];
  const run = (environment?: NodeJS.ProcessEnv): DemoRun => {
    const started = new DemoRun(folder, environment);
    runs.push(started);
    return started;
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'otel-causality-demo-'));
  });

  after(() => {
    for (const { child } of runs) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  describe('as it is', () => {
    let demo: DemoRun;
    let collector: http.Server;
    let collected = '';
    let spans: OtlpSpan[];

    before(async () => {
      collector = http.createServer((request, response) => {
        let body = '';
        request.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        request.on('end', () => {
          if (request.url === '/v1/traces' && request.headers['x-tenant'] === 'a b') collected += `${body}\n`;
          response.end('{}');
        });
      });
      await new Promise<void>((resolve) => {
        collector.listen(0, '127.0.0.1', resolve);
      });
      demo = run({
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a%20b',
        // What the environment says to OpenTelemetry otherwise is not meant for the demo.
        OTEL_TRACES_SAMPLER: 'always_off',
        OTEL_SERVICE_NAME: 'somebody-else',
      });
      expect(await demo.end(), demo.output).to.equal(0);
      spans = spansIn(readFileSync(join(folder, '.demo', 'traces.jsonl'), 'utf8'));
    });

    after(() => {
      collector.close();
      collector.closeAllConnections();
    });

    it('says that causal order held everywhere, and that the wall clock did not', () => {
      const all = (count: number): string => `✔ ${`${count} of ${count}`.padStart(10)}`;
      expect(demo.output).to.include(`${all(85)} parent→child edges are in order`);
      expect(demo.output).to.include(`${all(45)} pairs of work done one after the other are ordered`);
      expect(demo.output).to.include(`${all(25)} pairs of work done side by side are concurrent`);
      expect(demo.output).to.match(/! +[1-9]\d* of 85 parent→child edges are the wrong way round by wall clock/);
    });

    it('puts both orders side by side, and marks what the wall clock put before its cause', () => {
      expect(demo.output).to.match(/^ *-\d+ {2}orders {4}POST \/\w+ +✗ \d+ ms before #\d+ +│/m);
      expect(demo.output).to.match(/│ +1 {3}1 {2}gateway {3}POST \/checkout$/m);
      expect(demo.output).to.match(/by wall clock {2}.*\/orders → .*\/charge/);
      expect(demo.output).to.match(/by cause +\/charge → \/orders → \([^)]*\) → \/ship → \/receipt/);
      for (const path of ['/invoice', '/reserve', '/confirm']) {
        expect(demo.output).to.match(new RegExp(`by cause .*\\([^)]*${path}`));
      }
    });

    it('says how the clocks were set apart, and which spans are concurrent', () => {
      expect(demo.output).to.match(/orders +pid \d+ +clock 120 ms behind/);
      expect(demo.output).to.match(/payments +pid \d+ +clock 80 ms ahead/);
      expect(demo.output).to.match(/POST \/receipt {2}∥ {2}orders POST \/shipped/);
      expect(demo.output).to.match(/(pack parcel {2}∥ .*POST \/receipt|POST \/receipt {2}∥ .*pack parcel)/);
    });

    it('fits into 100 columns, without colours where nobody sees them', () => {
      const lines = demo.output.split('\n').filter((line) => !line.includes('Sent on to'));
      expect(lines.filter((line) => line.length > 100)).to.deep.equal([]);
      expect(demo.output).not.to.include('\u001b');
    });

    it('leaves spans whose Lamport times respect every parent→child edge, which their wall clocks do not', () => {
      const traces = new Set(spans.map(({ traceId }) => traceId));
      expect(spans).to.have.length(90);
      expect(traces.size).to.equal(5);
      for (const traceId of traces) {
        const trace = spans.filter((span) => span.traceId === traceId);
        expect(edgesBroken(trace, lamportOf)).to.equal(0);
        expect(edgesBroken(trace, ({ startTimeUnixNano }) => BigInt(startTimeUnixNano))).to.be.at.least(1);
      }
    });

    it('sends the same spans to the endpoint in the environment', () => {
      const ids = (found: readonly OtlpSpan[]): string[] => found.map(({ spanId }) => spanId).sort();
      expect(ids(spansIn(collected))).to.deep.equal(ids(spans));
      expect(demo.output).to.match(/✔ Sent on to http:\/\/127\.0\.0\.1:\d+\/v1\/traces/);
    });

    it('leaves no process behind', async () => {
      await demo.expectNobodyLeft();
    });
  });

  describe('with something broken', () => {
    it('fails without the propagator', async () => {
      const demo = run({ DEMO_BREAK: 'no-propagator' });
      expect(await demo.end()).to.equal(1);
      expect(demo.output).to.match(/caused .*: Lamport time went from \d+ to \d+/);
      expect(demo.output).to.match(/The demo failed: \d+ causal relations came out wrong\.\n$/);
    });

    it('fails without the replies', async () => {
      const demo = run({ DEMO_BREAK: 'no-replies' });
      expect(await demo.end()).to.equal(1);
      expect(demo.output).to.include('payments POST /charge and orders POST /orders: expected before, found unknown');
      expect(demo.output).to.match(/The demo failed: \d+ causal relations came out wrong\.\n$/);
    });

    it('fails with the library switched off', async () => {
      const demo = run({ OTEL_CAUSALITY_DISABLED: 'true' });
      expect(await demo.end()).to.equal(1);
      expect(demo.output).to.include('The demo failed: no span carries causality.* attributes');
    });

    it('says so when the endpoint cannot be reached, and shows what it has to show', async () => {
      const demo = run({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
      expect(await demo.end(), demo.output).to.equal(0);
      expect(demo.output).to.match(/did not get through to http:\/\/127\.0\.0\.1:9\/v1\/traces/);
    });
  });

  describe('ended early', () => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      it(`leaves no process behind on ${signal}`, async () => {
        const demo = run();
        await demo.printed('payments  pid');
        demo.child.kill(signal);
        expect(await demo.end()).to.equal(code);
        expect(demo.output).to.include(`Stopped by ${signal}.`);
        await demo.expectNobodyLeft();
      });
    }

    it('leaves no process behind when it is killed outright', async () => {
      const demo = run();
      await demo.printed('payments  pid');
      demo.child.kill('SIGKILL');
      expect(await demo.end()).to.equal('SIGKILL');
      await demo.expectNobodyLeft();
    });

    it('stops the others and fails when a service crashes', async () => {
      const demo = run();
      await demo.printed('payments  pid');
      process.kill(demo.pids()[3] as number, 'SIGKILL');
      expect(await demo.end()).to.equal(1);
      expect(demo.output).to.include('payments ended on its own: signal SIGKILL');
      await demo.expectNobodyLeft();
    });
  });
});
