/** Everything that the page needs, on ports of the loopback interface: its own site, two services, a collector. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Collector } from './collector/collector.js';
import { Site } from './site/site.js';

const PATIENCE_MS = 20_000;

/** Ports; those that are not given are chosen by the system. */
export interface Ports {
  readonly site?: number;
  readonly collector?: number;
}

export class Fleet {
  readonly collector = new Collector();
  /** Where the page is. */
  origin = '';
  /** Where POST /cut and POST /replay are. */
  orders = '';
  private readonly site = new Site();
  private readonly services: ChildProcess[] = [];

  async start(ports: Ports = {}): Promise<this> {
    const collector = await this.collector.listen(ports.collector);
    this.origin = await this.site.listen(ports.site);
    // Your own Jaeger or Tempo, where you name one; the page's last panel then stays empty.
    const exportTo = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? collector;
    const [stock, orders] = await Promise.all([this.service('stock', exportTo), this.service('orders', exportTo)]);
    this.orders = orders;
    this.site.open({ stock, orders, collector: exportTo });
    return this;
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.services.map(async (service) => {
        if (service.exitCode !== null || service.signalCode !== null) return;
        const exited = once(service, 'exit');
        service.kill('SIGTERM');
        await exited;
      }),
    );
    this.site.close();
    this.collector.close();
  }

  /** Breaks all streams, or sends everything once more. */
  async disturb(how: 'cut' | 'replay'): Promise<void> {
    const response = await fetch(`${this.orders}/${how}`, { method: 'POST' });
    if (!response.ok) throw new Error(`${how} was answered ${response.status}`);
  }

  /** Places an order without the page; returns the message's id. */
  async placeOrder(item: string): Promise<string> {
    const response = await fetch(`${this.orders}/orders`, { method: 'POST', body: JSON.stringify({ item }) });
    return ((await response.json()) as { readonly id: string }).id;
  }

  private async service(name: string, collector: string): Promise<string> {
    const child = fork(fileURLToPath(new URL(`services/${name}.js`, import.meta.url)), [], {
      execArgv: ['--import', new URL('services/telemetry.js', import.meta.url).href],
      env: {
        ...process.env,
        OTEL_SERVICE_NAME: name,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector,
        PAGE_ORIGIN: this.origin,
      },
    });
    this.services.push(child);
    const [{ port }] = (await once(child, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [
      { readonly port: number },
    ];
    return `http://127.0.0.1:${port}`;
  }
}
