/** The published types beside each SDK's own, with nothing skipped, from ESM and from CommonJS. */
import { expect } from 'chai';
import { codeSubpaths, readManifest, specifierOf } from '../support/repository.js';
import { Installed } from './installed.js';
import { OLDEST, SECOND, type Stack, THIRD } from './stacks.js';

const manifest = readManifest();
const SUBPATHS = codeSubpaths(manifest).map((subpath) => specifierOf(manifest, subpath));

/** Everything that a user hands from one package to the other. */
function consumer(stack: Stack, kind: 'mts' | 'cts'): string {
  const sdk = `@opentelemetry/${stack.sdkTrace ? 'sdk-trace' : 'sdk-trace-base'}`;
  const all = SUBPATHS.map((name, i) =>
    kind === 'mts' ? `import * as all${i} from '${name}';` : `import all${i} = require('${name}');`,
  );
  return `${all.join('\n')}
import { type TextMapPropagator, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '${sdk}';
import { CausalClock, CausalityPropagator, CausalitySpanProcessor, CausalTimestampExporter, getCausalStamp } from 'otel-causality';
import { CausalConsoleExporter } from 'otel-causality/analysis';
const clock = new CausalClock({ node: 'typed' });
const propagator: TextMapPropagator = new CausalityPropagator({ clock });
const processor: SpanProcessor = new CausalitySpanProcessor({ clock });
const exporter: SpanExporter = new CausalTimestampExporter(new OTLPTraceExporter());
const printing: SpanExporter = new CausalTimestampExporter<Parameters<SpanExporter['export']>[0][number], Parameters<Parameters<SpanExporter['export']>[1]>[0]>(new CausalConsoleExporter());
export const sdk = new NodeSDK({
  textMapPropagator: new CausalityPropagator({ propagators: [propagator] }),
  spanProcessors: [processor, new CausalitySpanProcessor(), new BatchSpanProcessor(${stack.sdkTrace ? '{ exporter }' : 'exporter'})],
});
export const stamp = getCausalStamp(trace.getTracer('typed').startSpan('typed'));
export const everything: object[] = [printing, ${SUBPATHS.map((_, i) => `all${i}`).join(', ')}];
`;
}

for (const stack of [OLDEST, SECOND, THIRD]) {
  describe(`types beside ${stack.name}`, function () {
    this.timeout(300_000);
    let installed: Installed;
    before(function () {
      installed = Installed.for(stack, this);
    });
    after(() => installed?.remove());

    it('check from ESM and from CommonJS, libraries included', () => {
      for (const kind of ['mts', 'cts'] as const) installed.write(`consumer.${kind}`, consumer(stack, kind));
      expect(installed.typeCheck(['consumer.mts', 'consumer.cts'])).to.equal('');
    });

    it('would be found wrong', () => {
      installed.write(
        'wrong.mts',
        `import type { SpanExporter } from '@opentelemetry/sdk-trace${stack.sdkTrace ? '' : '-base'}';
        import { CausalTimestampExporter } from 'otel-causality';
        export const wrong: SpanExporter = new CausalTimestampExporter(5);`,
      );
      expect(installed.typeCheck(['wrong.mts'])).to.include('TS2345');
    });
  });
}
