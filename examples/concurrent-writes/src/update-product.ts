/** Read, change, write: what both services do, in a span that names the product it writes. */
import { SpanStatusCode, trace } from '@opentelemetry/api';
import type { ProductAnswer, ProductWrite } from './catalog.js';
import type { Product } from './product.js';
import type { Outcome } from './product-store.js';
import { ask } from './service.js';

export interface Update {
  /** The service that updates. */
  readonly writer: string;
  readonly id: string;
  /** How many read at once. */
  readonly readers: number;
  readonly change: (product: Product) => Product;
}

const tracer = trace.getTracer('concurrent-writes');

export function updateProduct({ writer, id, readers, change }: Update): Promise<Outcome> {
  // `otel-causality check` looks for accesses of one resource that nothing orders.
  const attributes = { 'causality.resource': `product/${id}`, 'causality.operation': 'write' };
  return tracer.startActiveSpan('update product', { attributes }, async (span) => {
    try {
      const address = `${process.env['CATALOG_URL']}/products/${id}`;
      const read = (await ask('GET', `${address}?readers=${readers}`)) as ProductAnswer;
      const next = change(read.product);
      const write: ProductWrite = { writer, context: read.context, base: read.product, next };
      const outcome = (await ask('PUT', address, write)) as Outcome;
      span.addEvent(`product ${outcome.did}`, { 'product.unseen': [...outcome.unseen] });
      if (outcome.did === 'rejected') span.setStatus({ code: SpanStatusCode.ERROR, message: 'somebody was faster' });
      return outcome;
    } finally {
      span.end();
    }
  });
}
