/** Stock: adds a delivery of fifty. */
import { serve } from './service.js';
import { updateProduct } from './update-product.js';

serve(async ({ path: [id = ''], query }) => {
  const outcome = await updateProduct({
    writer: 'stock',
    id,
    readers: Number(query.get('readers')),
    change: (product) => ({ ...product, inStock: product.inStock + 50 }),
  });
  return { status: 200, body: outcome };
});
