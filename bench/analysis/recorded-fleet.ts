/**
 * Recorded spans of a fleet that never existed, as a reader would hand them on: stamped as the library stamps, with clocks
 * that disagree, attributes of ordinary instrumentation, database accesses, and now and then a lost span.
 */
import type { RecordedKind, RecordedSpan } from '../../src/analysis/recorded.js';

interface Service {
  readonly name: string;
  readonly node: string;
  readonly resource: Readonly<Record<string, string | number>>;
  readonly offsetNanos: bigint;
}

/** What one service knows of the trace. */
interface Knowledge {
  readonly service: Service;
  readonly heard: Map<string, number>;
  lamport: number;
}

const EPOCH_NANOS = 1_700_000_000_000_000_000n;
const MILLI = 1_000_000n;

function recordOf(values: Readonly<Record<string, string | number>>): Record<string, string | number> {
  return Object.assign(Object.create(null) as Record<string, string | number>, values);
}

export interface FleetOptions {
  readonly spans: number;
  readonly stamped: boolean;
  /** Requests below the root of one trace; each is five spans. */
  readonly requestsPerTrace: number;
}

const SERVICES: readonly Service[] = ['gateway', 'orders', 'payments', 'inventory', 'mail'].map((name, i) => ({
  name,
  node: `${name}-k3j5h2g${i}`,
  resource: recordOf({ 'service.name': name, 'service.instance.id': `${name}-0`, 'telemetry.sdk.language': 'nodejs' }),
  offsetNanos: BigInt((i % 3) - 1) * 40n * MILLI,
}));

export function* recordedFleet({ spans, stamped, requestsPerTrace }: FleetOptions): Generator<RecordedSpan> {
  let made = 0;
  let trace = 0;
  while (made < spans) {
    trace++;
    const writer = new TraceWriter(trace, stamped);
    for (const span of writer.spans(requestsPerTrace, spans - made)) {
      made++;
      yield span;
    }
  }
}

class TraceWriter {
  private readonly traceId: string;
  private readonly known: Knowledge[];
  private nowNanos: bigint;
  private spanCount = 0;

  constructor(
    private readonly trace: number,
    private readonly stamped: boolean,
  ) {
    this.traceId = flat((0xabcdef0000000000n + BigInt(trace) * 7919n).toString(16).padStart(32, '4'));
    this.known = SERVICES.map((service) => ({ service, heard: new Map(), lamport: 0 }));
    this.nowNanos = EPOCH_NANOS + BigInt(trace) * 3n * MILLI;
  }

  *spans(requests: number, most: number): Generator<RecordedSpan> {
    const gateway = this.known[0] as Knowledge;
    const root = this.open(gateway, 'GET /checkout', 'server', undefined);
    let left = most - 1;
    for (let r = 0; r < requests && left >= 4; r++, left -= 4) {
      const target = this.known[1 + (r % (SERVICES.length - 1))] as Knowledge;
      const call = this.open(gateway, 'POST', 'client', root);
      this.tell(gateway, target);
      const serve = this.open(target, 'POST /work', 'server', call);
      const query = this.open(target, 'INSERT', 'client', serve);
      query.attributes['db.system.name'] = 'postgresql';
      query.attributes['db.namespace'] = 'shop';
      query.attributes['db.collection.name'] = `table${r % 7}`;
      query.attributes['db.operation.name'] = r % 3 === 0 ? 'INSERT' : 'SELECT';
      yield this.close(query);
      yield this.close(this.open(target, 'render', 'internal', serve));
      this.reply(serve);
      this.tell(target, gateway);
      yield this.close(call);
      yield this.close(serve);
    }
    yield this.close(root);
  }

  private open(at: Knowledge, name: string, kind: RecordedKind, parent: Open | undefined): Open {
    this.nowNanos += 200_000n;
    const attributes = recordOf({
      'http.request.method': 'POST',
      'url.path': '/work/of/some/length',
      'http.response.status_code': 200,
      'network.protocol.version': '1.1',
    });
    const spanId = flat((BigInt(this.trace) * 0x100000n + BigInt(++this.spanCount)).toString(16).padStart(16, '0'));
    const open: Open = { at, name, kind, parent, spanId, attributes, start: this.timeOf(at), startVector: '' };
    if (this.stamped) {
      const tick = this.tick(at);
      open.startVector = textOf(at, 0);
      Object.assign(attributes, {
        'causality.node': at.service.node,
        'causality.tick': tick,
        'causality.lamport': at.lamport,
        'causality.vector': textOf(at, tick),
      });
    }
    return open;
  }

  private reply(span: Open): void {
    if (!this.stamped) return;
    span.attributes['causality.reply.tick'] = this.tick(span.at);
    span.attributes['causality.reply.lamport'] = span.at.lamport;
  }

  private close(span: Open): RecordedSpan {
    this.nowNanos += 150_000n;
    const { at, attributes } = span;
    if (this.stamped) {
      const tick = this.tick(at);
      attributes['causality.end.tick'] = tick;
      attributes['causality.end.lamport'] = at.lamport;
      if (textOf(at, 0) !== span.startVector) attributes['causality.end.vector'] = textOf(at, tick);
    }
    return {
      traceId: this.traceId,
      spanId: span.spanId,
      parentSpanId: span.parent?.spanId,
      name: span.name,
      kind: span.kind,
      service: at.service.name,
      // As OpenTelemetry JS does: starts in whole milliseconds.
      startNanos: span.start,
      endNanos: this.timeOf(at) + 350_000n,
      attributes,
      resource: at.service.resource,
      scope: SCOPE,
      links: NOTHING,
      events: NOTHING,
      status: UNSET,
      origin: ORIGIN,
    };
  }

  private timeOf({ service }: Knowledge): bigint {
    return ((this.nowNanos + service.offsetNanos) / MILLI) * MILLI;
  }

  private tick(at: Knowledge): number {
    const tick = (at.heard.get(at.service.node) ?? 0) + 1;
    at.heard.set(at.service.node, tick);
    at.lamport++;
    return tick;
  }

  private tell(from: Knowledge, to: Knowledge): void {
    for (const [node, count] of from.heard) to.heard.set(node, Math.max(count, to.heard.get(node) ?? 0));
    to.lamport = Math.max(to.lamport, from.lamport);
  }
}

interface Open {
  readonly at: Knowledge;
  readonly name: string;
  readonly kind: RecordedKind;
  readonly parent: Open | undefined;
  readonly spanId: string;
  readonly attributes: Record<string, string | number>;
  readonly start: bigint;
  startVector: string;
}

/** In one piece, as a parser makes it: a rope would be paid for by whoever reads it first. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

const SCOPE = { name: 'bench', version: undefined };
const NOTHING: readonly never[] = [];
const UNSET = { code: 'unset', message: undefined } as const;
const ORIGIN = { source: 'bench', line: undefined };

/** The vector as text; with 0 for its own entry, the others alone. */
function textOf({ service, heard }: Knowledge, own: number): string {
  return [...heard]
    .filter(([node]) => own > 0 || node !== service.node)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, count]) => `${node}=${count}`)
    .join(',');
}
