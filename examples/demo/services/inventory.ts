import { setTimeout as working } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import { call, serve } from '../service.js';

const tracer = trace.getTracer('inventory');

serve({
  'POST /reserve': async () => {
    await working(9);
    return { status: 200 };
  },
  'POST /ship': () => Promise.resolve({ status: 202, afterwards: packAndReport }),
});

/** Goes on after the answer, in the same trace. */
async function packAndReport(): Promise<void> {
  await tracer.startActiveSpan('pack parcel', async (span) => {
    await working(12);
    span.end();
  });
  await call('orders', '/shipped');
}
