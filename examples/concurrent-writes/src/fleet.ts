/** Starts the collector and four services, lets a sale begin, and gives what came of it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Collector } from './collector.js';
import type { Sale } from './gateway.js';
import type { Product } from './product.js';
import { type Policy, ProductStore } from './product-store.js';

/** Milliseconds after which a process that does not start or end is given up. */
const PATIENCE_MS = 30_000;
const ID = '42';

export interface Run {
  readonly told: Sale;
  /** What is on the disk when all processes have ended. */
  readonly stored: Product;
  /** The exported spans: OTLP JSON, line by line. */
  readonly traces: string;
}

/** @param folder for data and traces; what an earlier run left there is removed */
export async function runSale(how: 'at-once' | 'in-turn', policy: Policy, folder: string): Promise<Run> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const collector = new Collector(join(folder, 'traces.jsonl'));
  const data = join(folder, 'data');
  const shared = {
    OTEL_EXPORTER_OTLP_ENDPOINT: await collector.listen(),
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
  };
  const processes: ChildProcess[] = [];
  const start = async (name: string, environment: Record<string, string>): Promise<string> => {
    const child = fork(fileURLToPath(new URL(`./${name}.js`, import.meta.url)), {
      execArgv: ['--import', new URL('./telemetry.js', import.meta.url).href],
      env: { ...process.env, ...shared, ...environment, OTEL_SERVICE_NAME: name },
    });
    processes.push(child);
    const [ready] = (await Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) }),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`))),
    ])) as [{ readonly port: number }];
    return `http://127.0.0.1:${ready.port}`;
  };
  let told: Sale;
  try {
    const catalog = await start('catalog', { DATA_FOLDER: data, ON_CONFLICT: policy });
    const pricing = await start('pricing', { CATALOG_URL: catalog });
    const stock = await start('stock', { CATALOG_URL: catalog });
    const gateway = await start('gateway', { PRICING_URL: pricing, STOCK_URL: stock });
    const response = await fetch(`${gateway}/${how}/${ID}`, { method: 'POST' });
    if (!response.ok) throw new Error(`the gateway answered ${response.status}: ${await response.text()}`);
    told = (await response.json()) as Sale;
  } finally {
    await Promise.all(processes.map(stop));
    await collector.close();
  }
  if (collector.refused.length > 0) throw new Error(`the collector refused: ${collector.refused.join('; ')}`);
  const { product: stored } = new ProductStore(data, policy).read(ID, { name: 'none', priceCents: 0, inStock: 0 });
  return { told, stored, traces: collector.file };
}

/** Lets a process export what it holds, and waits for its end. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit', { signal: AbortSignal.timeout(PATIENCE_MS) });
  child.disconnect();
  await ended.catch(() => child.kill('SIGKILL'));
}
