/** Several copies of the package in one process: module registries, bundles, two kinds of module, two versions. */
import { expect } from 'chai';
import { Installed } from './installed.js';
import { TOOLS } from './stacks.js';

/** A server's side in one copy and the tracer's in another: the stamp of one is what the other sends and finds. */
const EXCHANGE = `
function exchange(a, b, { BasicTracerProvider, api }) {
  const { ROOT_CONTEXT, SpanKind, trace, defaultTextMapGetter, defaultTextMapSetter } = api;
  const provider = new BasicTracerProvider({ spanProcessors: [new a.CausalitySpanProcessor()] });
  const span = provider.getTracer('x').startSpan('call', { kind: SpanKind.CLIENT });
  const carrier = {};
  new b.CausalityPropagator().inject(trace.setSpan(ROOT_CONTEXT, span), carrier, defaultTextMapSetter);
  span.end();
  const received = new a.CausalityPropagator().extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
  const stamp = b.getCausalStamp(span);
  const spans = Array.from({ length: 5 }, () => provider.getTracer('x').startSpan('sibling'));
  for (const one of spans) one.end();
  let out = [];
  const inner = { export: (given) => (out = given), shutdown: async () => {} };
  new b.CausalTimestampExporter(inner).export(spans, () => {});
  return {
    different: a.CausalitySpanProcessor !== b.CausalitySpanProcessor,
    stamp: carrier.baggage?.includes(stamp.node + '*1') ?? false,
    order: b.compareStamps(stamp, a.getCausalStamp(received)),
    ticks: [span.attributes['causality.tick'], span.attributes['causality.end.tick']],
    // Starts get their microseconds from the copy that did not stamp them.
    moved: out.some((one, i) => one !== spans[i]),
  };
}`;

/** OpenTelemetry's own packages require() Node's modules, which a bundle of ES modules has to be given. */
const REQUIRE = {
  js: `import { createRequire as toRequire } from 'node:module'; const require = toRequire(import.meta.url);`,
};

const EXPECTED = { different: true, stamp: true, order: 'before', ticks: [1, 2], moved: true };

describe('copies of the package', function () {
  this.timeout(300_000);
  let installed: Installed;

  before(function () {
    installed = Installed.for(TOOLS, this);
    // Another version, where a package manager puts it for a dependency that wants it.
    installed.unpack('node_modules/dependency/node_modules/otel-causality');
    installed.write('node_modules/dependency/package.json', '{ "name": "dependency", "main": "index.cjs" }');
    installed.write('node_modules/dependency/index.cjs', `module.exports = require('otel-causality');`);
  });
  after(() => installed?.remove());

  async function printed(script: string, text: string): Promise<unknown> {
    installed.write(script, text);
    return JSON.parse(await installed.run([script])) as unknown;
  }

  /** Bundles with esbuild; resolves to the bundle's text where no file is named. */
  async function bundle(entry: string, options: Readonly<Record<string, unknown>>): Promise<string> {
    const all = { entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', write: 'outfile' in options };
    installed.write(
      'build.cjs',
      `const { outputFiles } = require('esbuild').buildSync(${JSON.stringify({ ...all, ...options })});
      console.log(outputFiles?.[0].text ?? '');`,
    );
    return installed.run(['build.cjs']);
  }

  const SDK = `const sdk = { api: require('@opentelemetry/api'), ...require('@opentelemetry/sdk-trace-base') };`;

  it('as ES modules and CommonJS share their clock and find each other’s stamps', async () => {
    const text = `import { createRequire } from 'node:module';
      import * as esm from 'otel-causality';
      const require = createRequire(import.meta.url);
      const cjs = require('otel-causality');
      ${SDK}${EXCHANGE}
      console.log(JSON.stringify([exchange(esm, cjs, sdk), exchange(cjs, esm, sdk)]));`;
    expect(await printed('kinds.mjs', text)).to.deep.equal([EXPECTED, EXPECTED]);
  });

  it('in two versions share them too', async () => {
    const text = `${SDK}${EXCHANGE}
      const [mine, theirs] = [require('otel-causality'), require('dependency')];
      console.log(JSON.stringify([exchange(mine, theirs, sdk), exchange(theirs, mine, sdk)]));`;
    expect(await printed('versions.cjs', text)).to.deep.equal([EXPECTED, EXPECTED]);
  });

  for (const [format, minify] of [
    ['cjs', false],
    ['esm', true],
  ] as const) {
    it(`in a bundle (esbuild, ${format}${minify ? ', minified' : ''}) share them with one outside`, async () => {
      installed.write(
        'bundled.mjs',
        `import * as api from '@opentelemetry/api';
        import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
        import * as inside from 'otel-causality';
        import { createRequire } from 'node:module';
        const outside = createRequire(process.cwd() + '/')('otel-causality');
        ${EXCHANGE}
        console.log(JSON.stringify([
          exchange(inside, outside, { BasicTracerProvider, api }),
          exchange(outside, inside, { BasicTracerProvider, api }),
        ]));`,
      );
      const out = `bundle.${format === 'esm' ? 'mjs' : 'cjs'}`;
      await bundle('bundled.mjs', { format, minify, outfile: out, ...(format === 'esm' ? { banner: REQUIRE } : {}) });
      expect(JSON.parse(await installed.run([out]))).to.deep.equal([EXPECTED, EXPECTED]);
    });
  }

  it('are left out of a bundle but for what is used, and register stays in', async () => {
    installed.write(
      'used.mjs',
      `import { LamportClock } from 'otel-causality'; console.log(new LamportClock('a').node);`,
    );
    installed.write('registers.mjs', `import 'otel-causality/register';`);
    expect(await bundle('used.mjs', {})).not.to.include('OTEL_CAUSALITY_TRUST');
    expect(await bundle('registers.mjs', {}))
      .to.include('OTEL_CAUSALITY_TRUST')
      .and.include('registerCausality()');
  });

  it('in Jest’s module registries, several to a file, share a clock for each test file', async () => {
    installed.write('package.json', JSON.stringify({ jest: { transform: {}, testEnvironment: 'node' } }));
    for (const name of ['one', 'other']) {
      installed.write(
        `tests/${name}.test.js`,
        `${EXCHANGE}
        const sdk = { api: require('@opentelemetry/api'), ...require('@opentelemetry/sdk-trace-base') };
        test('shares', () => {
          const mine = require('otel-causality');
          let isolated;
          jest.isolateModules(() => { isolated = require('otel-causality'); });
          const expected = ${JSON.stringify(EXPECTED)};
          expect([exchange(mine, isolated, sdk), exchange(isolated, mine, sdk)]).toEqual([expected, expected]);
        });
        test('reads Node’s parts', () => {
          const { installHttpReplies } = require('otel-causality/node');
          installHttpReplies()();
          expect(require('otel-causality/analysis').readTraces).toBeInstanceOf(Function);
        });`,
      );
    }
    const jest = [
      installed.bin('jest/bin/jest.js'),
      '--rootDir',
      installed.folder,
      '--runInBand',
      '--json',
      '--silent',
    ];
    const result = JSON.parse(await installed.run(jest)) as unknown;
    expect(result).to.include({ success: true, numPassedTests: 4, numTotalTestSuites: 2 });
  });
});
