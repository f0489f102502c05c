/**
 * Sends what the demo received on to a collector of the user's, where the environment names one by OpenTelemetry's own
 * variables: the same command then fills a running Jaeger or Tempo.
 */
const TIMEOUT_MS = 5_000;

export interface ForwardOutcome {
  readonly target: string;
  readonly sent: number;
  readonly failed: number;
  /** What the last failure said. */
  readonly problem: string | undefined;
}

export class Forwarder {
  private readonly pending: Promise<void>[] = [];
  private sent = 0;
  private failed = 0;
  private problem: string | undefined;

  private constructor(
    readonly target: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  /** Undefined where the environment names no endpoint. Throws where it names one that is no address. */
  static fromEnvironment(environment: NodeJS.ProcessEnv): Forwarder | undefined {
    const exact = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']?.trim() ?? '';
    const base = environment['OTEL_EXPORTER_OTLP_ENDPOINT']?.trim() ?? '';
    if (exact === '' && base === '') return undefined;
    const target = exact === '' ? `${base.replace(/\/+$/, '')}/v1/traces` : exact;
    if (!/^https?:\/\//.test(target) || !URL.canParse(target)) {
      throw new Error(`the OTLP endpoint must be an http:// or https:// address, not ${target}`);
    }
    const headers = environment['OTEL_EXPORTER_OTLP_TRACES_HEADERS'] ?? environment['OTEL_EXPORTER_OTLP_HEADERS'] ?? '';
    return new Forwarder(target, headersOf(headers));
  }

  send(body: string): void {
    this.pending.push(this.post(body));
  }

  async finish(): Promise<ForwardOutcome> {
    await Promise.all(this.pending);
    const { target, sent, failed, problem } = this;
    return { target, sent, failed, problem };
  }

  private async post(body: string): Promise<void> {
    try {
      const response = await fetch(this.target, {
        method: 'POST',
        headers: { ...this.headers, 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`it answered ${response.status} ${response.statusText}`.trim());
      this.sent++;
    } catch (error) {
      this.failed++;
      this.problem = messageOf(error);
    }
  }
}

/** `key=value,key=value` with percent-encoded values. */
function headersOf(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const assign = pair.indexOf('=');
    if (assign > 0) headers[pair.slice(0, assign).trim()] = decodeURIComponent(pair.slice(assign + 1).trim());
  }
  return headers;
}

/** What fetch hides: its own message is only "fetch failed". */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return (cause as NodeJS.ErrnoException).code ?? cause.message;
  return error.message;
}
