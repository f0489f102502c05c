/** Says whether there is enough of an item, and puts one aside. */
import { trace } from '@opentelemetry/api';
import { jsonBody, serve, textIn } from './service.js';

const tracer = trace.getTracer('stock');

serve({
  'POST /reservations': async (_url, request) => {
    const item = textIn(await jsonBody(request), 'item');
    if (item === undefined) return { status: 400, body: { error: 'an item is missing' } };
    tracer.startActiveSpan(`put aside ${item}`, (span) => span.end());
    return { status: 201, body: { item } };
  },
});
