/** Takes orders and tells every page about them: POST /orders, GET /stream; POST /cut and /replay show its failures. */
import { randomUUID } from 'node:crypto';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { getCausalStamp } from 'otel-causality';
import { messageId } from '../message.js';
import { MessageStream } from './message-stream.js';
import { jsonBody, serve, textIn } from './service.js';

const tracer = trace.getTracer('orders');
const stream = new MessageStream();
/** For a process whose first spans are not sampled, and so not stamped. */
const unstamped = `orders-${randomUUID().slice(0, 8)}`;

serve({
  'POST /orders': async (_url, request) => {
    const item = textIn(await jsonBody(request), 'item');
    if (item === undefined) return { status: 400, body: { error: 'an item is missing' } };
    const span = tracer.startSpan('publish order', { kind: SpanKind.PRODUCER });
    const carrier: Record<string, string> = {};
    propagation.inject(trace.setSpan(context.active(), span), carrier);
    // The name of this process's start and the stream's own number: together they name a message for ever.
    const node = getCausalStamp(span)?.node ?? unstamped;
    const message = stream.publish(node, item, carrier);
    span.end();
    return { status: 201, body: { id: messageId(message), text: message.text } };
  },
  'GET /stream': (url, request, response) => {
    const header = request.headers['last-event-id'];
    stream.open(response, typeof header === 'string' ? header : (url.searchParams.get('last') ?? undefined));
    return Promise.resolve(undefined);
  },
  'POST /cut': () => Promise.resolve({ status: 200, body: { cut: stream.cut() } }),
  'POST /replay': () => Promise.resolve({ status: 200, body: { replayed: stream.replay() } }),
});
