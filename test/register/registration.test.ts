/** `otel-causality/register` as a user loads it: the packed package, before real SDKs, in processes of their own. */
import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { PackedPackage } from '../support/packed-package.js';

const REGISTER = 'otel-causality/register';
const SDKS = [
  '@opentelemetry/context-async-hooks',
  '@opentelemetry/sdk-node',
  '@opentelemetry/sdk-trace-base',
  '@opentelemetry/otlp-transformer',
];

/** Starts an SDK as an application does, with the propagators and exporters that the environment names. */
const SDK = `import { NodeSDK } from '@opentelemetry/sdk-node';
  import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
  export const mine = [new SimpleSpanProcessor(new InMemorySpanExporter())];
  new NodeSDK({ spanProcessors: mine, autoDetectResources: false }).start();`;

/** Prints what is registered. */
const PROBE = `import { channel } from 'node:diagnostics_channel';
  import { context, propagation, trace } from '@opentelemetry/api';
  const names = (list) => list?.map?.((one) => one.constructor.name);
  const provider = trace.getTracerProvider().getDelegate();
  const span = trace.getTracer('probe').startSpan('probe');
  const carrier = {};
  propagation.inject(trace.setSpan(context.active(), span), carrier);
  span.end();
  console.log(JSON.stringify({
    processors: names(provider._activeSpanProcessor?._spanProcessors) ?? provider.constructor.name,
    carried: Object.keys(carrier).sort(),
    stamped: span.attributes?.['causality.end.tick'],
    node: span.attributes?.['causality.node'],
    replies: channel('http.server.request.start').hasSubscribers,
    hooks: ['propagation', 'trace'].filter((name) =>
      Object.getOwnPropertyDescriptor(globalThis[Symbol.for('opentelemetry.js.api.1')] ?? {}, name)?.get),
  }));`;

interface Seen {
  readonly processors: readonly string[] | string;
  readonly carried: readonly string[];
  readonly stamped?: number;
  readonly node?: string;
  readonly replies: boolean;
  readonly hooks: readonly string[];
}

const STAMPED = ['baggage', 'traceparent', 'tracestate'];
const NOTHING = { carried: [], replies: false };

describe('otel-causality/register', function () {
  this.timeout(60_000);
  let bare: PackedPackage;
  let user: PackedPackage;

  before(() => {
    bare = PackedPackage.create();
    user = PackedPackage.create();
    for (const name of SDKS) user.add(name);
    for (const one of [bare, user]) one.write('probe.mjs', PROBE);
    user.write('sdk.mjs', SDK);
    user.write('app.mjs', `import './sdk.mjs';\n${PROBE}`);
  });
  after(() => {
    bare.remove();
    user.remove();
  });

  function start(
    { project }: PackedPackage,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): { readonly seen: Seen; readonly warnings: readonly string[] } {
    const ran = spawnSync(process.execPath, args, {
      cwd: project,
      env: { PATH: process.env['PATH'], OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', ...environment },
      encoding: 'utf8',
    });
    if (ran.status !== 0) throw new Error(`ended with ${ran.status}:\n${ran.stderr}`);
    return {
      seen: JSON.parse(ran.stdout) as Seen,
      warnings: ran.stderr.split('\n').filter((line) => line.includes('otel-causality')),
    };
  }

  for (const [how, flag] of [
    ['as ESM', '--import'],
    ['as CommonJS', '--require'],
  ] as const) {
    it(`joins an SDK that the application starts later (${how})`, () => {
      const { seen, warnings } = start(user, [flag, REGISTER, 'app.mjs'], { OTEL_SERVICE_NAME: 'shop' });
      expect(seen.processors).to.deep.equal(['CausalitySpanProcessor', 'SimpleSpanProcessor']);
      expect(seen.carried).to.deep.equal(STAMPED);
      expect(seen).to.include({ stamped: 2, replies: true });
      expect(seen.hooks).to.deep.equal([]);
      expect(warnings).to.deep.equal([]);
    });
  }

  it('joins an SDK that runs already, and leaves the array of the application alone', () => {
    user.write(
      'count.mjs',
      `import { mine } from './sdk.mjs';\nif (mine.length !== 1) throw new Error('touched');\n${PROBE}`,
    );
    const { seen, warnings } = start(user, ['--import', './sdk.mjs', '--import', REGISTER, 'count.mjs']);
    expect(seen.processors).to.deep.equal(['CausalitySpanProcessor', 'SimpleSpanProcessor']);
    expect(seen).to.include({ stamped: 2, replies: true });
    expect(seen.carried).to.deep.equal(STAMPED);
    expect(warnings).to.deep.equal([]);
  });

  it('joins once, however many copies of the package register', () => {
    const { seen } = start(user, ['--require', REGISTER, '--import', REGISTER, 'app.mjs']);
    expect(seen.processors).to.deep.equal(['CausalitySpanProcessor', 'SimpleSpanProcessor']);
    expect(seen.stamped).to.equal(2);
  });

  it('reads its options from the environment', () => {
    const { seen, warnings } = start(user, ['--import', REGISTER, 'app.mjs'], {
      OTEL_CAUSALITY_NODE: 'kiosk',
      OTEL_CAUSALITY_CARRIER: 'header',
    });
    expect(seen.node).to.match(/^kiosk-[0-9a-z]{8}$/);
    expect(seen.carried).to.deep.equal(['causality', 'traceparent', 'tracestate']);
    expect(warnings).to.deep.equal([]);
  });

  it('says each value that it refuses, and starts all the same', () => {
    const bad = {
      OTEL_CAUSALITY_DISABLED: 'yes',
      OTEL_CAUSALITY_NODE: '--',
      OTEL_CAUSALITY_SCOPE: 'galaxy',
      OTEL_CAUSALITY_TRUST: 'some',
      OTEL_CAUSALITY_CARRIER: 'pigeon',
      OTEL_CAUSALITY_MAX_ENTRIES: '1000',
      OTEL_CAUSALITY_MAX_BYTES: 'many',
      OTEL_CAUSALITY_MAX_DRIFT_MS: '-1',
      OTEL_CAUSALITY_ATTRIBUTES: 'all',
      OTEL_CAUSALITY_PLAIN_HOPS: 'none',
      OTEL_CAUSALITY_TARGETS: 'http://a.example',
    };
    const { seen, warnings } = start(user, ['--import', REGISTER, 'app.mjs'], bad);
    expect(seen.stamped).to.equal(2);
    for (const [name, value] of Object.entries(bad)) {
      const about = warnings.filter((line) => line.includes(name));
      expect(about, name).to.have.length(1);
      expect(about[0]).to.include('expected').and.include(JSON.stringify(value)).and.include('; ');
    }
    expect(warnings).to.have.length(Object.keys(bad).length);
    expect(seen.carried, 'no target may have a stamp').to.deep.equal(['traceparent', 'tracestate']);
  });

  it('does nothing when it is switched off', () => {
    const { seen, warnings } = start(user, ['--import', REGISTER, 'app.mjs'], { OTEL_CAUSALITY_DISABLED: 'true' });
    expect(seen.processors).to.deep.equal(['SimpleSpanProcessor']);
    expect(seen.carried).to.deep.equal(['traceparent']);
    expect(seen).to.include({ replies: false });
    expect(seen.hooks).to.deep.equal([]);
    expect(warnings).to.deep.equal([]);
  });

  it('sends nothing where the SDK has no propagator', () => {
    const { seen } = start(user, ['--import', REGISTER, 'app.mjs'], { OTEL_PROPAGATORS: 'none' });
    expect(seen.carried).to.deep.equal([]);
    expect(seen.stamped).to.equal(2);
  });

  it('adds nothing to what code has registered', () => {
    user.write(
      'own.mjs',
      `import { NodeSDK } from '@opentelemetry/sdk-node';
      import { CausalityPropagator, CausalitySpanProcessor } from 'otel-causality';
      new NodeSDK({ spanProcessors: [new CausalitySpanProcessor()], textMapPropagator: new CausalityPropagator() }).start();`,
    );
    const { seen, warnings } = start(user, ['--import', REGISTER, '--import', './own.mjs', 'probe.mjs']);
    expect(seen.processors).to.deep.equal(['CausalitySpanProcessor']);
    expect(seen).to.include({ stamped: 2 });
    expect(warnings).to.deep.equal([]);
  });

  it('wraps a propagator that is registered after the provider', () => {
    user.write(
      'late.mjs',
      `import { context, propagation, trace } from '@opentelemetry/api';
      import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
      import { W3CTraceContextPropagator } from '@opentelemetry/core';
      import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [] }));
      propagation.setGlobalPropagator(new W3CTraceContextPropagator());`,
    );
    const { seen } = start(user, ['--import', REGISTER, '--import', './late.mjs', 'probe.mjs']);
    expect(seen.processors).to.deep.equal(['CausalitySpanProcessor']);
    expect(seen.carried).to.deep.equal(STAMPED);
  });

  describe('refuses, aloud and wholly, an SDK of another shape', () => {
    const shapes: Readonly<Record<string, string>> = {
      'that keeps no list': 'new (class Other { getTracer() { return real.getTracer("x"); } })()',
      'that keeps something else': 'Object.assign(real, { _activeSpanProcessor: { _spanProcessors: new Set() } })',
      'whose list is frozen': '(Object.freeze(real._activeSpanProcessor), real)',
      'whose list cannot be set':
        'Object.assign(real, { _activeSpanProcessor: Object.defineProperty({ onStart() {}, onEnd() {} }, "_spanProcessors", { get: () => [], set() {} }) })',
    };
    for (const [shape, provider] of Object.entries(shapes)) {
      for (const order of ['before', 'after'] as const) {
        it(`${shape}, registered ${order} us`, () => {
          user.write(
            'odd.mjs',
            `import { propagation, trace } from '@opentelemetry/api';
            import { W3CTraceContextPropagator } from '@opentelemetry/core';
            import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
            const real = new BasicTracerProvider();
            propagation.setGlobalPropagator(new W3CTraceContextPropagator());
            trace.setGlobalTracerProvider(${provider});`,
          );
          const imports = order === 'before' ? ['./odd.mjs', REGISTER] : [REGISTER, './odd.mjs'];
          const { seen, warnings } = start(user, [...imports.flatMap((name) => ['--import', name]), 'probe.mjs']);
          expect(seen).to.include({ replies: false });
          expect(seen.carried).to.deep.equal(['traceparent']);
          expect(seen.processors).not.to.include('CausalitySpanProcessor');
          expect(seen.hooks).to.deep.equal([]);
          expect(warnings).to.have.length(1);
          expect(warnings[0]).to.include('did nothing').and.include('CausalitySpanProcessor').and.include('in code');
        });
      }
    }
  });

  describe('where no SDK is started', () => {
    it('names the command that installs one', () => {
      const { seen, warnings } = start(bare, ['--import', REGISTER, 'probe.mjs']);
      expect(seen).to.deep.include(NOTHING);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include('npm install @opentelemetry/auto-instrumentations-node');
    });

    it('does so at the end where one is installed, which the application might have started', () => {
      const { seen, warnings } = start(user, ['--import', REGISTER, 'probe.mjs']);
      expect(seen).to.deep.include(NOTHING);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include('npm install @opentelemetry/auto-instrumentations-node');
    });
  });
});
