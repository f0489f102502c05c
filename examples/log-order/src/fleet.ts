/** Starts the collector and three processes whose clocks are apart, lets them do checkouts, and gives what was logged. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Collector } from './collector.js';
import type { LogLine } from './log-line.js';
import type { Ready } from './service.js';

/** How wrong each service's clock is, in milliseconds. */
export const SHIFTS: Readonly<Record<string, number>> = { gateway: 0, orders: -3000, payments: 2000 };

/** Milliseconds after which a process that does not start or end is given up. */
const PATIENCE_MS = 30_000;

class Process {
  private constructor(
    private readonly child: ChildProcess,
    readonly address: string,
  ) {}

  static async start(name: string, collector: string, environment: Readonly<Record<string, string>>): Promise<Process> {
    const telemetry = new URL('./telemetry.js', import.meta.url).href;
    const child = fork(fileURLToPath(new URL(`./${name}.js`, import.meta.url)), {
      execArgv: ['--import', telemetry],
      // The services print their logs, too; here the collector's copy is what is shown.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        ...process.env,
        ...environment,
        CLOCK_SHIFT_MS: String(SHIFTS[name]),
        OTEL_SERVICE_NAME: name,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_METRICS_EXPORTER: 'none',
      },
    });
    const [ready] = (await Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) }),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`))),
    ])) as [Ready];
    return new Process(child, `http://127.0.0.1:${ready.port}`);
  }

  /** Lets the process export what it holds, and waits for its end. */
  async stop(): Promise<void> {
    const ended = once(this.child, 'exit', { signal: AbortSignal.timeout(PATIENCE_MS) });
    this.child.disconnect();
    await ended.catch(() => this.child.kill('SIGKILL'));
  }
}

/** Runs checkouts, `atOnce` of them at a time, and gives all lines in the order in which they came in. */
export async function runFleet(checkouts: number, atOnce = 3): Promise<readonly LogLine[]> {
  const collector = new Collector();
  const endpoint = await collector.listen();
  const processes: Process[] = [];
  const start = async (name: string, environment: Record<string, string> = {}): Promise<string> => {
    const made = await Process.start(name, endpoint, environment);
    processes.push(made);
    return made.address;
  };
  try {
    const payments = await start('payments');
    const orders = await start('orders', { PAYMENTS_URL: payments });
    const gateway = await start('gateway', { ORDERS_URL: orders, PAYMENTS_URL: payments });
    for (let first = 1; first <= checkouts; first += atOnce) {
      const batch = Array.from({ length: Math.min(atOnce, checkouts - first + 1) }, (_, i) => first + i);
      await Promise.all(batch.map((checkout) => checkOut(gateway, checkout)));
    }
  } finally {
    await Promise.all(processes.map((one) => one.stop()));
    await collector.close();
  }
  if (collector.refused.length > 0) throw new Error(`the collector refused: ${collector.refused.join('; ')}`);
  return collector.lines;
}

async function checkOut(gateway: string, checkout: number): Promise<void> {
  const response = await fetch(`${gateway}/checkout/${checkout}`, { method: 'POST' });
  if (!response.ok) throw new Error(`checkout ${checkout} failed: ${await response.text()}`);
}
