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
  private readonly services = new Map<string, ChildProcess>();
  private exportTo = '';

  async start(ports: Ports = {}): Promise<this> {
    const collector = await this.collector.listen(ports.collector);
    this.origin = await this.site.listen(ports.site);
    // Your own Jaeger or Tempo, where you name one; the page's last panel then stays empty.
    this.exportTo = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? collector;
    const [stock, orders] = await Promise.all([this.service('stock'), this.service('orders')]);
    this.orders = orders;
    this.site.open({ stock, orders, collector: this.exportTo });
    return this;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.services.values()].map((service) => end(service, 'SIGTERM')));
    this.site.close();
    this.collector.close();
  }

  /** Kills the orders service and starts it again at the same address: it has forgotten all that it had numbered. */
  async restartOrders(): Promise<void> {
    const service = this.services.get('orders');
    if (service !== undefined) await end(service, 'SIGKILL');
    await this.service('orders', new URL(this.orders).port);
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

  private async service(name: string, port = '0'): Promise<string> {
    const child = fork(fileURLToPath(new URL(`services/${name}.js`, import.meta.url)), [], {
      execArgv: ['--import', new URL('services/telemetry.js', import.meta.url).href],
      env: {
        ...process.env,
        OTEL_SERVICE_NAME: name,
        OTEL_EXPORTER_OTLP_ENDPOINT: this.exportTo,
        PAGE_ORIGIN: this.origin,
        SERVICE_PORT: port,
      },
    });
    this.services.set(name, child);
    const [{ port: listening }] = (await once(child, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [
      { readonly port: number },
    ];
    return `http://127.0.0.1:${listening}`;
  }
}

async function end(service: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return;
  const exited = once(service, 'exit');
  service.kill(signal);
  await exited;
}
