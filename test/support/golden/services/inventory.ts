/** The demo's inventory, which writes the stock for a reservation: while orders confirms, and nobody waits for the other. */
import { setTimeout as working } from 'node:timers/promises';
import { call, serve } from '../../../../examples/demo/service.js';
import { touchStock } from './stock.js';

serve({
  'POST /reserve': async () => {
    touchStock('write');
    await working(9);
    return { status: 200 };
  },
  'POST /ship': () => {
    touchStock('write');
    return Promise.resolve({ status: 202, afterwards: () => call('orders', '/shipped') });
  },
});
