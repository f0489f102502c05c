/**
 * The catalog: `GET /products/<id>` with the context of what was read, `PUT` with the context that was read before. It
 * finds a conflict before it stores anything, and says so on its span.
 */
import { trace } from '@opentelemetry/api';
import { parseVector } from 'otel-causality/delivery';
import type { Product } from './product.js';
import { type Outcome, type Policy, ProductStore } from './product-store.js';
import { type Answer, type Asked, serve } from './service.js';

/** What a reader gets, and hands back with its write. */
export interface ProductAnswer {
  readonly product: Product;
  readonly context: string;
}

export interface ProductWrite {
  readonly writer: string;
  readonly context: string;
  readonly base: Product;
  readonly next: Product;
}

const FIRST: Product = { name: 'Kettle', priceCents: 3900, inStock: 10 };
/** Milliseconds that a reader waits for the others. */
const PATIENCE_MS = 10_000;

const policy = process.env['ON_CONFLICT'] === 'reject' ? 'reject' : ('merge' satisfies Policy);
const store = new ProductStore(process.env['DATA_FOLDER'] ?? 'data', policy);
const waiting: (() => void)[] = [];

serve(async ({ method, path: [products, id = ''], query, body }: Asked): Promise<Answer> => {
  if (products !== 'products' || id === '') return { status: 404, body: { error: 'no such path' } };
  if (method === 'PUT') return write(id, body as ProductWrite);
  await allReaders(Number(query.get('readers') ?? 1));
  const { product, context } = store.read(id, FIRST);
  return { status: 200, body: { product, context: context.toString() } satisfies ProductAnswer };
});

function write(id: string, { writer, context, base, next }: ProductWrite): Answer {
  const outcome = store.write(id, { writer, context: parseVector(context), base, next });
  if (outcome.unseen.length > 0) {
    trace.getActiveSpan()?.addEvent('causality.conflict', {
      'causality.resource': `product/${id}`,
      'causality.conflict.unseen': [...outcome.unseen],
      'causality.conflict.policy': policy,
      'causality.conflict.outcome': outcome.did,
    });
  }
  return { status: outcome.did === 'rejected' ? 409 : 200, body: outcome satisfies Outcome };
}

/**
 * Answers nobody before so many have asked. Two updates at once do not always meet; with this they do, so that the
 * demo shows the same every time.
 */
async function allReaders(count: number): Promise<void> {
  if (count <= 1) return;
  await new Promise<void>((resolve, reject) => {
    waiting.push(resolve);
    if (waiting.length >= count) for (const go of waiting.splice(0)) go();
    else setTimeout(() => reject(new Error('the other readers did not come')), PATIENCE_MS).unref();
  });
}
