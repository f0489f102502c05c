/**
 * The four services as processes of their own: started together, told where the others are, stopped in good order, and
 * never left behind.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a service tells its starter. */
export interface FromService {
  readonly port: number;
}

/** What a starter tells a service. */
export type ToService =
  | { readonly kind: 'peers'; readonly ports: Readonly<Record<string, number>> }
  | { readonly kind: 'stop' };

export interface ServicePlan {
  readonly name: string;
  /** Milliseconds that its wall clock is ahead; negative when it is behind. */
  readonly clockOffsetMs: number;
  /** The service's own code, where it is another than the demo's. */
  readonly module?: URL;
  /** What it loads for its telemetry, where that is another than the demo's. */
  readonly telemetry?: URL;
  /** Environment of this service alone. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface FleetOptions {
  /** In the order in which they are stopped: callers before those they call. */
  readonly services: readonly ServicePlan[];
  /** Base address of the OTLP/HTTP receiver. */
  readonly collectorUrl: string;
  /** Called when a service ends that nobody has stopped. */
  readonly onCrash: (problem: Error) => void;
}

interface RunningService extends ServicePlan {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly port: number;
}

const KEPT_STDERR_LENGTH = 4_000;

export class Fleet {
  private readonly children = new Map<string, ChildProcess>();
  private readonly crashed = new Set<string>();
  private running: readonly RunningService[] = [];
  private stopping = false;

  constructor(private readonly options: FleetOptions) {}

  get services(): readonly RunningService[] {
    return this.running;
  }

  /** Starts all and waits until each knows the others. */
  async start(): Promise<void> {
    this.running = await Promise.all(this.options.services.map((plan) => this.launch(plan)));
    const ports = Object.fromEntries(this.running.map(({ name, port }) => [name, port]));
    for (const { process: child } of this.running) tell(child, { kind: 'peers', ports });
  }

  portOf(name: string): number {
    const service = this.running.find((one) => one.name === name);
    if (service === undefined) throw new Error(`there is no service ${name}`);
    return service.port;
  }

  /** Lets each finish its work and send its last spans, callers before those they call. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const { name, process: child } of this.running) {
      const exited = exitOf(child);
      tell(child, { kind: 'stop' });
      await exited;
      if (child.exitCode !== 0) throw new Error(`${name} did not stop well: ${ending(child)}`);
    }
  }

  /** Has one end as a crash ends it: at once, with whatever it had not sent. */
  async crash(name: string): Promise<void> {
    const child = this.children.get(name);
    this.running = this.running.filter((one) => one.name !== name);
    if (child === undefined) return;
    this.crashed.add(name);
    child.kill('SIGKILL');
    await exitOf(child);
  }

  /** Ends whatever still runs, at once, and waits until it is gone. */
  async kill(): Promise<void> {
    this.killNow();
    await Promise.all([...this.children.values()].map(exitOf));
  }

  /** As {@link kill}, where there is no time to wait. */
  killNow(): void {
    this.stopping = true;
    for (const child of this.children.values()) if (!hasExited(child)) child.kill('SIGKILL');
  }

  private async launch(plan: ServicePlan): Promise<RunningService> {
    const { name, clockOffsetMs, module = new URL(`services/${name}.js`, import.meta.url), telemetry } = plan;
    const child = fork(fileURLToPath(module), [], {
      execArgv: preloads(telemetry).flatMap((file) => ['--import', file.href]),
      env: {
        ...inherited(),
        OTEL_SERVICE_NAME: name,
        OTEL_EXPORTER_OTLP_ENDPOINT: this.options.collectorUrl,
        DEMO_CLOCK_OFFSET_MS: String(clockOffsetMs),
        ...plan.env,
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.children.set(name, child);
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-KEPT_STDERR_LENGTH);
    });
    const port = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('message', (message: FromService) => resolve(message.port));
      // 'close' and not 'exit': by then everything that it said has been read.
      child.once('close', () => {
        const problem = new Error(`${name} ended on its own: ${ending(child)}\n${said}`.trim());
        if (!this.stopping && !this.crashed.has(name)) this.options.onCrash(problem);
        reject(problem);
      });
    });
    return { ...plan, process: child, pid: child.pid ?? 0, port };
  }
}

/** What every service loads before its own code, in this order. */
function preloads(telemetry: URL | undefined): readonly URL[] {
  const own = process.env['DEMO_BREAK'] === undefined ? './telemetry.js' : './broken-telemetry.js';
  const files = ['./clock-offset.js', './process-leash.js'].map((file) => new URL(file, import.meta.url));
  return [...files, telemetry ?? new URL(own, import.meta.url)];
}

/** The environment without what it says to OpenTelemetry, which is meant for the demo as a whole. */
function inherited(): NodeJS.ProcessEnv {
  const isForeign = (name: string): boolean => name.startsWith('OTEL_') && !name.startsWith('OTEL_CAUSALITY_');
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name)));
}

function tell(child: ChildProcess, message: ToService): void {
  // A service that is gone cannot be told; its end is reported where it is seen.
  if (child.connected) child.send(message, () => {});
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

async function exitOf(child: ChildProcess): Promise<void> {
  if (!hasExited(child)) await once(child, 'exit');
}

function ending(child: ChildProcess): string {
  return child.signalCode === null ? `exit code ${child.exitCode}` : `signal ${child.signalCode}`;
}
