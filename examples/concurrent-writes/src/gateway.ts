/** The gateway: a sale begins, so pricing and stock update the product, at once or one after the other. */
import type { Outcome } from './product-store.js';
import { ask, serve } from './service.js';

const { PRICING_URL, STOCK_URL } = process.env;

/** What each service was told. */
export interface Sale {
  readonly pricing: Outcome['did'];
  readonly stock: Outcome['did'];
}

serve(async ({ path: [how, id = ''] }) => {
  const update = async (service: string | undefined, readers: number): Promise<Outcome['did']> =>
    ((await ask('POST', `${service}/${id}?readers=${readers}`)) as Outcome).did;
  if (how === 'at-once') {
    const [pricing, stock] = await Promise.all([update(PRICING_URL, 2), update(STOCK_URL, 2)]);
    return { status: 200, body: { pricing, stock } satisfies Sale };
  }
  const pricing = await update(PRICING_URL, 1);
  const stock = await update(STOCK_URL, 1);
  return { status: 200, body: { pricing, stock } satisfies Sale };
});
