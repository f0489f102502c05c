/** What stamps add to the exporter: OTLP protobuf of HTTP server spans. */
import { trace } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { CausalTimestampExporter } from '../../src/otel/causal-timestamp-exporter.js';
import type { AttributeMode } from '../../src/otel/clock-options.js';
import { type Experiment, expect, type Operation, type Round } from '../measure.js';
import { Messages } from '../messages.js';
import { Service, type ServiceOptions } from '../service.js';
import { BareLean } from './serialization-floor.js';

const SPANS = 256;
/** One server span and three spans under it, as in a request that calls three others. */
const SPANS_PER_TRACE = 4;

/** What OpenTelemetry's HTTP instrumentation sets. */
const HTTP_ATTRIBUTES = {
  'http.request.method': 'GET',
  'url.scheme': 'http',
  'url.path': '/orders/4711',
  'server.address': 'orders.internal',
  'server.port': 8080,
  'client.address': '10.0.12.7',
  'network.protocol.version': '1.1',
  'user_agent.original': 'node',
  'http.route': '/orders/:id',
  'http.response.status_code': 200,
};

/** @param corrected through a CausalTimestampExporter */
function serialize(stamps: AttributeMode | undefined, entries: number, corrected = false): Operation {
  return serializeSpans(stamps === undefined ? {} : { stamps }, stamps === undefined ? 0 : entries, entries, corrected);
}

/**
 * @param expected entries of the vector on a server's span
 * @param entries those of the service's vector, where it has one
 */
function serializeSpans(options: ServiceOptions, expected: number, entries: number, corrected = false): Operation {
  const service = new Service(options);
  const messages = new Messages({ entries: entries - 1 });
  let spans: ReadableSpan[] = [];
  let bytes: Uint8Array | undefined;
  const exporter = {
    export(given: ReadableSpan[]): void {
      bytes = ProtobufTraceSerializer.serializeRequest(given);
    },
    shutdown: () => Promise.resolve(),
  };
  const outer = corrected ? new CausalTimestampExporter(exporter) : exporter;

  return {
    size: SPANS,
    prepare() {
      // New spans every time: the strings of a span are flattened when they are first written.
      spans = messages.batch(SPANS / SPANS_PER_TRACE).flatMap((message) => {
        const context = service.receive(message);
        const server = trace.getSpan(context);
        const made = Array.from({ length: SPANS_PER_TRACE - 1 }, () => service.tracer.startSpan('GET', {}, context));
        const all = [server, ...made.reverse()].map((span) => span?.setAttributes(HTTP_ATTRIBUTES));
        for (const span of all.toReversed()) span?.end();
        return all as unknown as ReadableSpan[];
      });
    },
    run() {
      outer.export(spans, () => {});
      return bytes;
    },
    async check(result) {
      const each = (result as Uint8Array).length / SPANS;
      expect(each > 300, `${each} bytes a span`);
      const vector = spans[0]?.attributes['causality.vector'];
      const found = typeof vector === 'string' ? vector.split(',').length : 0;
      expect(found === expected, `${expected} entries, not ${found}`);
      await service.flush();
    },
  };
}

export function serialization(entries: number, targets: { standard?: number; lean?: number }): Experiment {
  const against = 'the same spans without stamps';
  return {
    title: `OTLP protobuf serialization, vector of ${entries}`,
    operations: {
      none: serialize(undefined, entries),
      standard: serialize('standard', entries),
      lean: serialize('lean', entries),
    },
    rows: (['standard', 'lean'] as const).map((mode) => {
      const what = `serialize an HTTP span, ${mode} stamps, vector of ${entries}`;
      const ratio = (nanos: Round): number => (nanos[mode] as number) / (nanos['none'] as number);
      const atMost = targets[mode];
      return atMost === undefined ? { what, against, ratio } : { what, against, ratio, atMost };
    }),
  };
}

/** What no `lean` stamp can be had for less than: the exporter reads every character of every attribute three times. */
export function serializationFloor(entries: number, atMost: number): Experiment {
  const against = 'the same spans without stamps';
  const row = (what: string, name: string) => ({
    what: `${what}, vector of ${entries}`,
    against,
    ratio: (nanos: Round) => (nanos[name] as number) / (nanos['none'] as number),
    atMost,
  });
  const bare = new BareLean(entries);
  return {
    title: `Floor of serialization: the attributes of a lean stamp, vector of ${entries}`,
    operations: {
      none: serialize(undefined, entries),
      lean: serialize('lean', entries),
      bare: serializeSpans({ bare: { processor: bare, attributes: 5 } }, entries, entries),
    },
    rows: [
      row('serialize an HTTP span, lean stamps', 'lean'),
      row('serialize an HTTP span with five attributes, one of four with a text in one piece', 'bare'),
    ],
  };
}

export function timestamps(entries: number): Experiment {
  return {
    title: `CausalTimestampExporter before OTLP protobuf serialization, vector of ${entries}`,
    operations: { plain: serialize('standard', entries), corrected: serialize('standard', entries, true) },
    rows: [
      {
        what: `serialize an HTTP span through CausalTimestampExporter, vector of ${entries}`,
        against: 'the same stamped spans without it',
        ratio: (nanos: Round) => (nanos['corrected'] as number) / (nanos['plain'] as number),
        atMost: 1.5,
      },
    ],
  };
}
