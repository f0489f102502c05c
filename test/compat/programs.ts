/** What the services of the compatibility tests run, as plain JavaScript in the user's project. */

/**
 * A service, in CommonJS: `/work` answers; `/calls?client=…&mode=…&url=…&url=…` calls the others. At SIGTERM it closes
 * its server and ends when nothing is left to do, as OpenTelemetry's own registration wants it.
 */
export const SERVICE = `
const http = require('node:http');
const { trace } = require('@opentelemetry/api');
const byHttp = (url) => new Promise((done, failed) => {
  http.get(url, { agent: false }, (response) => response.resume().once('end', done)).once('error', failed);
});
const byFetch = async (url) => { await (await fetch(url, { headers: { connection: 'close' } })).text(); };
const server = http.createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (pathname === '/calls') {
    const call = searchParams.get('client') === 'fetch' ? byFetch : byHttp;
    const urls = searchParams.getAll('url');
    if (searchParams.get('mode') === 'parallel') await Promise.all(urls.map(call));
    else for (const url of urls) await call(url);
  } else {
    trace.getTracer('service').startSpan('work').end();
  }
  response.end('done');
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('SIGTERM', () => { server.close(); server.closeAllConnections(); process.disconnect(); });
`;

const BODY = `
const server = http.createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1', () => {
  trace.getTracer('app').startActiveSpan('work', async (span) => {
    const url = 'http://127.0.0.1:' + server.address().port;
    for (let i = 0; i < 2; i++) {
      await new Promise((done) => http.get(url, { agent: false }, (response) => response.resume().once('end', done)));
    }
    // This copy of the package is not the one that registered, and finds its stamps all the same.
    if (getCausalStamp(span)?.tick !== EXPECTED) throw new Error('no stamp');
    span.end();
    server.close();
  });
});
`;

/**
 * One process that calls itself twice, one after the other, and ends.
 * @param tick of the first span's stamp: `undefined` where nothing stamps
 */
export function alone(kind: 'cjs' | 'mjs', tick: '1' | 'undefined' = '1'): string {
  const body = BODY.replace('EXPECTED', tick);
  if (kind === 'cjs') {
    return `const http = require('node:http');
const { trace } = require('@opentelemetry/api');
const { getCausalStamp } = require('otel-causality');
${body}`;
  }
  return `import http from 'node:http';
import { trace } from '@opentelemetry/api';
import { getCausalStamp } from 'otel-causality';
${body}`;
}

/** The README's registration in code, with corrected start times. */
export function inCode(sdkTrace: boolean): string {
  const batch = sdkTrace
    ? `import { BatchSpanProcessor } from '@opentelemetry/sdk-trace'; const batch = (exporter) => new BatchSpanProcessor({ exporter });`
    : `import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'; const batch = (exporter) => new BatchSpanProcessor(exporter);`;
  return `${batch}
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { CausalityPropagator, CausalitySpanProcessor, CausalTimestampExporter } from 'otel-causality';
import { installHttpReplies } from 'otel-causality/node';
installHttpReplies();
const sdk = new NodeSDK({
  textMapPropagator: new CausalityPropagator(),
  spanProcessors: [new CausalitySpanProcessor(), batch(new CausalTimestampExporter(new OTLPTraceExporter()))],
});
sdk.start();
process.once('beforeExit', () => sdk.shutdown());`;
}

/** docs/registration.md: an SDK with log records of a module of the user's, which the registration joins. */
export const WITH_LOGS = `
import { NodeSDK } from '@opentelemetry/sdk-node';
import { CausalityLogRecordProcessor } from 'otel-causality/logs';
const done = () => Promise.resolve();
const onEmit = ({ body, attributes, spanContext }) => console.log('LOG ' + JSON.stringify({ body, attributes, ...spanContext }));
const printing = { onEmit, forceFlush: done, shutdown: done, enabled: () => true };
const sdk = new NodeSDK({ logRecordProcessors: [new CausalityLogRecordProcessor(), printing] });
sdk.start();
process.once('beforeExit', () => sdk.shutdown());`;

/** Logs in a span, and in one inside of it. `from` is the package that has the logs API. */
export function logging(from: string): string {
  return `
import { trace } from '@opentelemetry/api';
import { logs } from '${from}';
const logger = logs.getLogger('app');
trace.getTracer('app').startActiveSpan('outer', (outer) => {
  logger.emit({ body: 'one' });
  trace.getTracer('app').startActiveSpan('inner', (inner) => {
    logger.emit({ body: 'two' });
    inner.end();
  });
  outer.end();
});`;
}
