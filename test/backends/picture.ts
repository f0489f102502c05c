/** `npm run picture`: what the demo's fleet looks like in a real Zipkin, for the README. */
import { join } from 'node:path';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { repositoryRoot } from '../support/repository.js';
import { outputOf } from './command.js';
import { startZipkin } from './real-zipkin.js';
import { recordFleet } from './recorded-fleet.js';

const PAGE_PATIENCE_MS = 90_000;
const file = join(repositoryRoot, 'docs', 'images', 'zipkin.png');

const { backend, url } = await startZipkin();
try {
  const recorded = await recordFleet({
    telemetry: new URL('../support/golden/telemetry-twice.js', import.meta.url),
    environment: { OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${url}/api/v2/spans` },
  });
  const { traceId } = recorded.at(-1) as RecordedSpan;
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
  args.push('--disable-background-networking', '--disable-component-update', '--disable-sync');
  args.push('--window-size=1360,1090', '--virtual-time-budget=15000', `--screenshot=${file}`);
  args.push(`${url}/zipkin/traces/${traceId}`);
  await outputOf(process.env['CHROMIUM'] ?? 'chromium', args, { timeoutMs: PAGE_PATIENCE_MS });
  console.log(`wrote ${file}`);
} finally {
  await backend.stop();
}
