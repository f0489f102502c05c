/** Pricing: makes a product cheaper by a fifth. */
import { serve } from './service.js';
import { updateProduct } from './update-product.js';

serve(async ({ path: [id = ''], query }) => {
  const outcome = await updateProduct({
    writer: 'pricing',
    id,
    readers: Number(query.get('readers')),
    change: (product) => ({ ...product, priceCents: Math.round(product.priceCents * 0.8) }),
  });
  return { status: 200, body: outcome };
});
