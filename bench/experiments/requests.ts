/** Whole requests through a service: in, a server span, a client span, out, and both ends. */
import { type Span, SpanKind, trace } from '@opentelemetry/api';
import { parseStamp } from '../../src/codec/wire-text.js';
import { type Experiment, expect, type Operation, type Round } from '../measure.js';
import { Messages } from '../messages.js';
import { type Carrier, Service, type ServiceOptions } from '../service.js';
import { LOOKING, REMEMBERING } from './unsampled-floor.js';

/** Two spans each: together no more than the batch processor exports at once. */
const REQUESTS = 256;

interface Requests extends ServiceOptions {
  /** Entries of the stamp that comes; 0 for none. */
  readonly entries: number;
  readonly sampled?: boolean;
}

interface Passed {
  readonly client: Span;
  readonly out: Carrier;
}

function requests(options: Requests): Operation {
  const service = new Service(options);
  const messages = new Messages({ entries: options.entries, sampled: options.sampled ?? true });
  const stamped = options.stamps !== undefined;
  const sampled = options.sampled !== false;
  let carriers: Carrier[] = [];
  return {
    size: REQUESTS,
    prepare() {
      carriers = messages.batch(REQUESTS);
      service.exporter.count = 0;
    },
    run() {
      const passed: Passed[] = [];
      for (const carrier of carriers) {
        const context = service.extract(carrier);
        const server = service.serve(context);
        const serving = trace.setSpan(context, server);
        const client = service.tracer.startSpan('GET', { kind: SpanKind.CLIENT }, serving);
        const out = service.inject(trace.setSpan(serving, client));
        client.end();
        server.end();
        passed.push({ client, out });
      }
      return passed;
    },
    async check(result) {
      const { client, out } = (result as Passed[]).at(-1) as Passed;
      await service.flush();
      expect(service.exporter.count === (sampled ? 2 * REQUESTS : 0), 'every sampled span exported');
      expect(client.isRecording() === false, 'the client span has ended');
      const text = out['baggage']?.split('causality=')[1];
      const entries = stamped && (sampled || options.entries > 0) ? options.entries + (sampled ? 1 : 0) : 0;
      expect((text === undefined ? 0 : parseStamp(text).vector.size) === entries, `${entries} entries sent on`);
    },
  };
}

export function wholeRequests(): Experiment {
  return {
    title: 'Whole requests, default carrier',
    operations: {
      w3c: requests({ entries: 0 }),
      three: requests({ entries: 2, stamps: 'standard' }),
      ten: requests({ entries: 9, stamps: 'standard' }),
      forty: requests({ entries: 39, stamps: 'standard' }),
    },
    rows: (
      [
        ['three', 3],
        ['ten', 10],
        ['forty', 40],
      ] as const
    ).map(([name, entries]) => ({
      what: `request: extract, server span, client span, inject; vector of ${entries}`,
      against: 'the same with W3C only',
      ratio: (nanos) => (nanos[name] as number) / (nanos['w3c'] as number),
    })),
  };
}

export function unsampledRequests(): Experiment {
  return {
    title: 'Unsampled requests, default carrier',
    operations: {
      w3c: requests({ entries: 0, sampled: false }),
      plain: requests({ entries: 0, sampled: false, stamps: 'standard' }),
      relayed: requests({ entries: 10, sampled: false, stamps: 'standard' }),
    },
    rows: [
      {
        what: 'unsampled request, as its unsampled senders leave it: without a stamp',
        against: 'the same with W3C only',
        ratio: ({ plain, w3c }) => (plain as number) / (w3c as number),
        atMost: 1.1,
      },
      {
        what: 'unsampled request that relays a stamp of 10 entries',
        against: 'the same with W3C only and no stamp',
        ratio: ({ relayed, w3c }) => (relayed as number) / (w3c as number),
      },
    ],
  };
}

export function unsampledFloor(): Experiment {
  const row = (what: string, name: string) => ({
    what,
    against: 'the same with W3C only',
    ratio: (nanos: Round) => (nanos[name] as number) / (nanos['w3c'] as number),
    atMost: 1.1,
  });
  return {
    title: 'Floor of unsampled requests: a look at two headers, and the trace remembered',
    operations: {
      w3c: requests({ entries: 0, sampled: false }),
      ours: requests({ entries: 0, sampled: false, stamps: 'standard' }),
      looking: requests({ entries: 0, sampled: false, ...LOOKING }),
      remembering: requests({ entries: 0, sampled: false, ...REMEMBERING }),
    },
    rows: [
      row('unsampled request with this library', 'ours'),
      row('unsampled request with two headers looked at', 'looking'),
      row('the same, and its trace remembered in a Set', 'remembering'),
    ],
  };
}
