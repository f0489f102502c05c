/** Takes a checkout and has it done: in order, side by side, and told but not waited for. */
import { call, serve } from '../service.js';

serve({
  'POST /checkout': async () => {
    // One after the other: nothing is ordered before it is paid.
    await call('payments', '/charge');
    await call('orders', '/orders');
    // Side by side: none of the three waits for another.
    await Promise.all([call('payments', '/invoice'), call('inventory', '/reserve'), call('orders', '/confirm')]);
    // Told: inventory answers at once and packs afterwards, while the receipt is written.
    await call('inventory', '/ship');
    await call('payments', '/receipt');
    return { status: 201 };
  },
});
