/**
 * What a request costs on its way out: inject in the context of a client span that has just started, so that every stamp
 * says something that none before it said.
 */
import { type Context, type Span, SpanKind, trace } from '@opentelemetry/api';
import { parseStamp } from '../../src/codec/wire-text.js';
import { type Experiment, expect, type Operation } from '../measure.js';
import { Messages, TEN_MEMBERS } from '../messages.js';
import { type Carrier, Service, type ServiceOptions } from '../service.js';

const REQUESTS = 256;

interface Inject extends ServiceOptions {
  /** The application's own baggage. */
  readonly members?: string;
}

export function inject(options: Inject, entries: number): Operation {
  const service = new Service(options);
  const stamped = options.stamps !== undefined;
  const messages = new Messages({
    entries: stamped ? entries - 1 : 0,
    ...(options.carrier === undefined ? {} : { carrier: options.carrier }),
    ...(options.members === undefined ? {} : { baggage: options.members }),
  });
  const requests = messages.batch(REQUESTS).map((message) => service.receive(message));
  let clients: Span[] = [];
  let contexts: Context[] = [];
  return {
    size: REQUESTS,
    prepare() {
      clients = requests.map((request) => service.tracer.startSpan('GET', { kind: SpanKind.CLIENT }, request));
      contexts = clients.map((client, i) => trace.setSpan(requests[i] as Context, client));
    },
    run() {
      const carriers: Carrier[] = [];
      for (const context of contexts) carriers.push(service.inject(context));
      return carriers;
    },
    async check(result) {
      const carriers = result as Carrier[];
      const last = carriers.at(-1) as Carrier;
      expect(carriers.length === REQUESTS, 'one carrier a request');
      expect(
        last['traceparent']?.includes(clients.at(-1)?.spanContext().spanId as string) === true,
        'the trace context',
      );
      const members = last['baggage']?.split(',') ?? [];
      const text =
        options.carrier === 'header' ? last['causality'] : members.find((one) => one.startsWith('causality='));
      const own = options.members === undefined ? 0 : 10;
      if (stamped) {
        const stamp = parseStamp((text as string).replace('causality=', ''));
        expect(stamp.vector.size === entries, `${entries} entries, not ${stamp.vector.size}`);
        expect(last['tracestate']?.startsWith('causality=') === true, 'the mark');
        expect(members.length === own + (options.carrier === 'header' ? 0 : 1), 'baggage as it was');
      } else if (options.bare !== undefined) {
        expect(text?.startsWith('1!') === true && last['tracestate'] !== undefined, 'two more headers');
      } else {
        expect(text === undefined && members.length === own, 'W3C headers only');
      }
      for (const client of clients) client.end();
      await service.flush();
    },
  };
}

export function injects(entries: number, atMost?: number): Experiment {
  return {
    title: `Inject, vector of ${entries}`,
    operations: {
      traceContext: inject({ baggage: false }, entries),
      header: inject({ baggage: false, stamps: 'standard', carrier: 'header' }, entries),
      baggage: inject({ stamps: 'standard', carrier: 'baggage' }, entries),
      w3c: inject({}, entries),
      tenMembers: inject({ members: TEN_MEMBERS }, entries),
      tenMembersAndStamp: inject({ members: TEN_MEMBERS, stamps: 'standard', carrier: 'baggage' }, entries),
    },
    rows: [
      {
        what: `inject: our part, header carrier, vector of ${entries}`,
        against: 'W3C trace context inject',
        ratio: ({ header, traceContext }) => ((header as number) - (traceContext as number)) / (traceContext as number),
        ...(atMost === undefined ? {} : { atMost }),
      },
      {
        what: `inject: our part, baggage carrier, vector of ${entries}`,
        against: 'W3C trace context inject',
        ratio: ({ baggage, w3c, traceContext }) => ((baggage as number) - (w3c as number)) / (traceContext as number),
      },
      {
        what: `inject: trace context, baggage and stamp in it, vector of ${entries}`,
        against: 'W3C trace context and baggage with 10 members',
        ratio: ({ baggage, tenMembers }) => (baggage as number) / (tenMembers as number),
      },
      {
        what: `inject: a stamp behind 10 members of baggage, vector of ${entries}`,
        against: 'W3C trace context and baggage with 10 members',
        ratio: ({ tenMembersAndStamp, tenMembers }) => (tenMembersAndStamp as number) / (tenMembers as number),
      },
    ],
  };
}
